import type { RunRequest } from '#domain/consistency-run.ts';
import type { Finding } from './compare/look.ts';

/** Which findings somebody wants repaired, and which of them are, rather than named. */
export type Plan = {
  readonly isDryRun: boolean;
  readonly isWanted: (finding: Finding) => boolean;
  readonly isAsked: (finding: Pick<Finding, 'found'>) => boolean;
};

type RepairRequest = Exclude<RunRequest, { is: 'validate' }>;

/** Stripe customers that we made for nobody, and customers of the catalog whose Stripe customer there never was. */
const ORPHANS = new Set(['stripe-orphan', 'stripe-customer-doubled', 'tombstone-alive', 'stripe-customer-unknown']);

/** What is safe is repaired unasked; naming a kind also asks for repairs of it that are not. */
export function planOf(request: RepairRequest): Plan {
  const { isDryRun } = request;
  if (request.is === 'cleanup-orphaned') {
    return {
      isDryRun,
      isWanted: ({ issue }) => ORPHANS.has(issue.kind),
      isAsked: ({ found }) => found.isSafe || found.action === 'create-anew',
    };
  }
  const { kinds, customerIds } = request;
  return {
    isDryRun,
    isWanted: ({ issue: { kind, customerId = '' } }) =>
      (kinds === undefined || kinds.includes(kind)) && (customerIds === undefined || customerIds.includes(customerId)),
    isAsked: ({ found }) => found.isSafe || kinds?.includes(found.kind) === true,
  };
}
