import type { Integrations } from '#domain/integrations.ts';
import { isKnownFormat, type OperationStatus, type OperationStep } from '#domain/operation.ts';
import { all, type CatalogStore, type Condition, change, equal, missing } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { Pokes } from '#ports/pokes.ts';
import type { OperationRecord } from '#ports/records.ts';
import { type Clock, iso } from '#ports/system.ts';

/** One execution of the saga. Its fence is the highest there is, or it no longer counts. */
export type Executor = { readonly operationId: string; readonly fence: number };

export type StepDeps = {
  readonly store: CatalogStore;
  /** The gate. */
  readonly integration: Integration;
  readonly integrations: Integrations;
  readonly clock: Clock;
  readonly pokes: Pokes;
};

/** What a step tells the state machine. `superseded`: another executor has taken over, or the end is reached. */
export type StepOutcome =
  | 'succeeded'
  | 'rejected'
  | 'compensating'
  | 'unsettled'
  | 'undone'
  | 'compensated'
  | 'needs_attention'
  | 'superseded';

/** A step that has begun. */
export type StepStart = { readonly name: string; readonly startedAt: string };

/** An operation not ended by then is taken up again by the sweep. Longer than a saga step may run. */
export const LEASE_MS = 60_000;
/** A step that is retried after at most five minutes is alive that long after its last sign. */
export const RETRIED_LEASE_MS = 6 * 60_000;
/** Keeps a parked operation among the unfinished ones, where it can be found, without ever being due. */
export const NEVER_DUE = '9999-12-31T23:59:59.999Z';
/** Finished operations stay readable this long. */
export const KEPT_SECONDS = 30 * 24 * 3600;

/** What happened is not known yet, or not good enough: the step is to be repeated. The message is safe to log. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The operation, while this executor's fence is the highest. */
export async function readAs(deps: StepDeps, { operationId, fence }: Executor): Promise<OperationRecord | undefined> {
  const [operation] = await deps.store.read([{ type: 'operation', operationId }]);
  if (operation?.fence !== fence) return undefined;
  // Tried again for hours: by then the later version is back, or somebody looks.
  if (!isKnownFormat(operation.format)) throw new Error('A later version has begun the operation, and is to end it.');
  return operation;
}

/**
 * The condition under which an executor may write what it decided from `operation`: it still has the highest fence,
 * the status is the one it saw, no other request was begun or answered since, and nothing was refused: after that, nothing
 * may be sent any more.
 */
export function unchanged(operation: OperationRecord): Condition<keyof OperationRecord> {
  return all(
    equal('fence', operation.fence),
    equal('status', operation.status),
    equal('attempt', operation.attempt),
    equal('sent', operation.sent),
    equal('answered', operation.answered),
    ...(operation.problem === undefined ? [missing<'problem'>('problem')] : []),
  );
}

/** Commits changes of the operation alone. `undefined` when this executor was superseded meanwhile. */
export async function changeOperation(
  deps: StepDeps,
  operation: OperationRecord,
  changes: Partial<OperationRecord> & { readonly status?: OperationStatus },
): Promise<OperationRecord | undefined> {
  const stamped = { ...changes, updatedAt: iso(deps.clock.nowMs()) };
  const { committed } = await deps.store.commit({
    operation: change({ type: 'operation', operationId: operation.id }, stamped, unchanged(operation)),
  });
  return committed ? { ...operation, ...stamped } : undefined;
}

/** The operation's steps with one more try. The list is bounded: the first and the latest tries tell the story. */
export function withStep(operation: OperationRecord, step: Omit<OperationStep, 'attempt'>): readonly OperationStep[] {
  const attempt = operation.steps.filter(({ name }) => name === step.name).length + 1;
  const steps = [...operation.steps, { ...step, attempt }];
  return steps.length <= 50 ? steps : [...steps.slice(0, 10), ...steps.slice(-40)];
}
