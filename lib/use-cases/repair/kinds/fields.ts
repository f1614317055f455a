import { canonical, isSameValue } from '#domain/customer.ts';
import { merge } from '#domain/merge.ts';
import type { CustomerEvidence } from '../evidence.ts';
import { type KindOf, twinsOf } from './kind.ts';

/** What a run would do about this field: nothing, if both sides agree or have agreed to differ. */
function driftOf(evidence: CustomerEvidence, field: 'name' | 'email'): 'taken' | 'sent' | undefined {
  const twins = twinsOf(evidence);
  if (twins === undefined || (field === 'email' && twins.sync.conflict !== undefined)) return undefined;
  const { customer, sync, twin } = twins;
  const local = { name: customer.name, email: customer.email };
  const remote = { name: canonical(twin.name), email: canonical(twin.email) };
  const { pulled, pushed } = merge({ base: sync.base, local, remote }, evidence.owners);
  return field in pulled ? 'taken' : field in pushed ? 'sent' : undefined;
}

function isBaseWrong(evidence: CustomerEvidence): boolean {
  const twins = twinsOf(evidence);
  if (twins === undefined) return false;
  const { customer, sync, twin } = twins;
  return (['name', 'email'] as const).some(
    (field) => isSameValue(customer[field], twin[field]) && !isSameValue(customer[field], sync.base?.[field]),
  );
}

export const fieldKinds: readonly KindOf<CustomerEvidence>[] = [
  {
    ...{ kind: 'name-drift', severity: 'error', action: 'sync', isSafe: true },
    detail: 'The two sides have different names, and nothing is under way that would end it.',
    isFound: (evidence) => driftOf(evidence, 'name') !== undefined,
  },
  {
    ...{ kind: 'email-drift', severity: 'error', action: 'sync', isSafe: true },
    detail: 'The two sides have different emails, and nothing is under way that would end it.',
    isFound: (evidence) => {
      const drift = driftOf(evidence, 'email');
      return drift === 'sent' || (drift === 'taken' && evidence.holderId === undefined);
    },
  },
  {
    ...{ kind: 'stripe-email-shared', severity: 'error', action: 'sync', isSafe: true },
    detail: 'The Stripe customer has the email of another customer, and no conflict is recorded here.',
    isFound: (evidence) => driftOf(evidence, 'email') === 'taken' && evidence.holderId !== undefined,
  },
  {
    ...{ kind: 'base-disagrees', severity: 'warning', action: 'sync', isSafe: true },
    detail: 'Both sides are equal, and what is recorded as last agreed is something else.',
    isFound: isBaseWrong,
  },
];

/** Whether one of the kinds above tells of it already. */
export function hasDrift(evidence: CustomerEvidence): boolean {
  return fieldKinds.some(({ isFound }) => isFound(evidence));
}
