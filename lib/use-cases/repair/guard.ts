import { ProblemError, stripeUnavailable } from '#domain/problem.ts';
import { absent, type CatalogStore, change, equal, put } from '#ports/catalog-store.ts';
import { type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import type { ReconciliationRecord } from '#ports/maintenance-records.ts';

export const RECONCILIATION_KEY = { type: 'reconciliation' } as const;

/** A report is kept as one record, and records are small. */
export const ISSUES_KEPT = 200;

/** A side with less than this share of what it had before is not believed. */
const LEAST_SHARE = 0.5;

type Counts = Pick<ReconciliationRecord, 'catalogCustomers' | 'stripeCustomers'>;

/** What is known now of the account and of how many there are; `undefined` for what Stripe does not say. */
export type Met = Counts & { readonly account?: string; readonly isLive?: boolean };

export async function meet(
  integration: Integration,
  { catalogCustomers, stripeCustomers }: Counts,
  isLive: boolean | undefined,
): Promise<Met> {
  const account = await integration.findAccount();
  return {
    ...{ catalogCustomers, stripeCustomers },
    ...(account !== undefined && { account }),
    ...(isLive !== undefined && { isLive }),
  };
}

/** Why nothing may be repaired now: it is another account or mode than at first, or one side has all but vanished. */
export function reasonToRefuse(known: ReconciliationRecord | undefined, met: Met): string | undefined {
  if (known === undefined) return undefined;
  if (known.account !== undefined && met.account !== undefined && known.account !== met.account) {
    return `The Stripe key is of the account ${met.account}, and the catalog belongs to ${known.account}.`;
  }
  if (known.isLive !== undefined && met.isLive !== undefined && known.isLive !== met.isLive) {
    return 'The Stripe key is of the other mode, test or live, than the one that the catalog belongs to.';
  }
  const [isStripeLess, isCatalogLess] = [
    hasShrunk(known.stripeCustomers, met.stripeCustomers),
    hasShrunk(known.catalogCustomers, met.catalogCustomers),
  ];
  // What has left both sides was deleted.
  if (isStripeLess === isCatalogLess) return undefined;
  const [side, before, now] = isStripeLess
    ? ['Stripe', known.stripeCustomers, met.stripeCustomers]
    : ['The catalog', known.catalogCustomers, met.catalogCustomers];
  return `${side} has ${now} customers, and had ${before} before. Find out why before anything is repaired.`;
}

function hasShrunk(before: number, now: number): boolean {
  return now < before * LEAST_SHARE;
}

/** Keeps what was met, and the report if there is one. Of two at once, one counts. */
export async function keepMet(
  store: CatalogStore,
  known: ReconciliationRecord | undefined,
  met: Met,
  report?: ReconciliationRecord['report'],
): Promise<void> {
  // A side that is not believed does not become what the next one is compared with.
  const counts = known !== undefined && reasonToRefuse(known, met) !== undefined ? known : met;
  const { catalogCustomers, stripeCustomers } = counts;
  const [account, isLive] = [known?.account ?? met.account, known?.isLive ?? met.isLive];
  const kept = report ?? known?.report;
  await store.commit({
    reconciliation: put(
      RECONCILIATION_KEY,
      {
        ...{ catalogCustomers, stripeCustomers, step: (known?.step ?? 0) + 1 },
        ...(account !== undefined && { account }),
        ...(isLive !== undefined && { isLive }),
        ...(kept !== undefined && { report: kept }),
      },
      known === undefined ? absent : equal('step', known.step),
    ),
  });
}

/** What Stripe's events had told in vain until a comparison began, it has found: there is nothing to keep in mind. */
export async function makeGood(store: CatalogStore, unreadSince: string | undefined): Promise<void> {
  if (unreadSince === undefined) return;
  const [position] = await store.read([{ type: 'eventPosition' }]);
  if (position?.unreadSince !== unreadSince) return;
  // A sweep that is at work begins anew, on what this leaves.
  const made = { unreadSince: undefined, step: position.step + 1 };
  await store.commit({ it: change({ type: 'eventPosition' }, made, equal('step', position.step)) });
}

/** Says as a problem what keeps both sides from being compared. */
export async function asProblems<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) throw new ProblemError(stripeUnavailable(), { cause: error });
    throw error;
  }
}
