import type { OperationEvidence } from '../evidence.ts';
import { isUnfinished, type KindOf } from './kind.ts';

function isOverdue({ operation, overdueAt }: OperationEvidence): boolean {
  const isDriven = operation.status === 'running' || operation.status === 'compensating';
  return isDriven && (operation.dueAt === undefined || operation.dueAt <= overdueAt);
}

export const operationKinds: readonly KindOf<OperationEvidence>[] = [
  {
    ...{ kind: 'operation-overdue', severity: 'error', action: 'resume', isSafe: true },
    detail: 'An operation is unfinished, and nobody has driven it on for longer than the grace period.',
    isFound: isOverdue,
  },
  {
    ...{ kind: 'operation-holds-nobody', severity: 'critical', action: 'none', isSafe: false },
    detail: 'An unfinished operation does not hold the customer that it is about.',
    isFound: (evidence) =>
      isUnfinished(evidence.operation) && !isOverdue(evidence) && evidence.customer?.owner !== evidence.operation.id,
  },
];
