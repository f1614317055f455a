import type { CustomerEvidence, Evidence } from '../evidence.ts';
import { abandonedClaimKinds, claimKinds } from './claims.ts';
import { debtKinds } from './debts.ts';
import { externalKinds } from './externals.ts';
import { fieldKinds } from './fields.ts';
import type { Action, KindOf } from './kind.ts';
import { linkKinds } from './links.ts';
import { operationKinds } from './operations.ts';
import { twinKinds } from './twins.ts';

export const CUSTOMER_KINDS: readonly KindOf<CustomerEvidence>[] = [
  ...claimKinds,
  ...linkKinds,
  ...twinKinds,
  ...fieldKinds,
  ...debtKinds,
];

const KINDS_OF = {
  customer: CUSTOMER_KINDS,
  external: externalKinds,
  claim: abandonedClaimKinds,
  operation: operationKinds,
} as const;

/** The names of all kinds. */
export const KIND_NAMES: readonly string[] = Object.values(KINDS_OF).flatMap((kinds) => kinds.map(({ kind }) => kind));

export type Found = Pick<KindOf<Evidence>, 'kind' | 'severity' | 'detail'> & {
  readonly action: Action;
  readonly isSafe: boolean;
};

/** What is wrong with a subject, by every kind there is of it. */
export function judge(evidence: Evidence): readonly Found[] {
  // Each kind is asked only about what it is of.
  const kinds = KINDS_OF[evidence.of] as readonly KindOf<Evidence>[];
  return kinds
    .filter(({ isFound }) => isFound(evidence))
    .map(({ kind, severity, detail, action, isSafe }) => ({
      ...{ kind, severity, detail, action },
      isSafe: typeof isSafe === 'function' ? isSafe(evidence) : isSafe,
    }));
}
