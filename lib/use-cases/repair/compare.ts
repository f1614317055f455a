import type { ConsistencyReport, Issue } from '#domain/consistency.ts';
import { iso } from '#ports/system.ts';
import type { CompareDeps, Evidence, Subject } from './evidence.ts';
import { gather } from './gather.ts';
import { type Found, judge } from './kinds/kinds.ts';
import { nameOf, remoteStamp, type Stamp, type Suspect } from './suspect.ts';
import { walkBothSides } from './walk.ts';

/** An issue, and what it is about: enough to look at it again before anything is done about it. */
export type Finding = { readonly subject: Subject; readonly found: Found; readonly issue: Issue };

export type Comparison = {
  readonly report: ConsistencyReport;
  readonly findings: readonly Finding[];
  readonly isLive: boolean | undefined;
};

/** A webhook and its poke have brought over by then what somebody changed in Stripe a moment before. */
const SETTLE_MS = 5_000;
const AT_ONCE = 8;
/** One report holds no more; where it ends, the next one goes on. */
const MOST_SUSPECTS = 1_000;

/**
 * Compares both sides in full, in two passes: what does not look right is read again on both sides, and is an issue only
 * if it has not changed and is no work of somebody's. Writes nothing.
 * @throws IntegrationUnavailableError, TooManyCustomersError
 */
export async function compare(deps: CompareDeps, from = ''): Promise<Comparison> {
  const validatedAt = iso(deps.clock.nowMs());
  const walk = await walkBothSides(deps);
  const ordered = walk.suspects
    .map((suspect) => ({ suspect, place: deps.digest(nameOf(suspect.subject)) }))
    .filter(({ place }) => place > from)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const looked = ordered.slice(0, MOST_SUSPECTS);
  if (looked.length > 0) await deps.clock.sleep(SETTLE_MS);
  const findings = (await eachOf(looked, ({ suspect }) => findingsOf(deps, suspect))).flat();
  const { catalogCustomers, stripeCustomers, isLive } = walk;
  const last = ordered.length > looked.length ? looked.at(-1) : undefined;
  const report = {
    ...{ validatedAt, consistent: findings.length === 0 && last === undefined && from === '' },
    ...{ catalogCustomers, stripeCustomers, issueCount: findings.length },
    issues: findings.map(({ issue }) => issue),
    ...(last !== undefined && { nextCursor: last.place }),
  };
  return { report, findings, isLive };
}

/** The findings that still stand, of a subject that was found before. */
export async function lookAgainAt(deps: CompareDeps, { subject, found }: Finding): Promise<Evidence | undefined> {
  const evidence = await gather(deps, subject);
  return evidence !== undefined && judge(evidence).some(({ kind }) => kind === found.kind) ? evidence : undefined;
}

async function findingsOf(deps: CompareDeps, { subject, stamp }: Suspect): Promise<Finding[]> {
  const evidence = await gather(deps, subject);
  if (evidence === undefined || hasMoved(deps, evidence, stamp)) return [];
  return judge(evidence).map((found) => ({ subject, found, issue: issueOf(evidence, found) }));
}

/** What is not as the walk saw it changes under our eyes: it is looked at next time. */
function hasMoved(deps: CompareDeps, evidence: Evidence, { version, revision, remote }: Stamp): boolean {
  if (evidence.of !== 'customer' && evidence.of !== 'external') return false;
  const there = evidence.of === 'customer' ? evidence.twin : evidence.external;
  const present = typeof there === 'object' && !there.isDeleted ? remoteStamp(deps, there) : undefined;
  const isOther = remote !== undefined && present !== remote;
  if (evidence.of === 'external') return isOther;
  const isNewer = version !== undefined && evidence.customer?.version !== version;
  return isOther || isNewer || (revision !== undefined && evidence.sync?.revision !== revision);
}

function issueOf(evidence: Evidence, { kind, severity, detail, action, isSafe }: Found): Issue {
  return { kind, severity, ...about(evidence), detail, repair: { action, safe: isSafe } };
}

function about(evidence: Evidence): Pick<Issue, 'customerId' | 'externalId'> {
  switch (evidence.of) {
    case 'customer': {
      const externalId = evidence.sync?.externalId ?? (evidence.sync === undefined ? evidence.hint : undefined);
      return { customerId: evidence.customerId, ...(externalId !== undefined && { externalId }) };
    }
    case 'external': {
      const customerId = evidence.link?.customerId ?? evidence.named?.customerId;
      return { ...(customerId !== undefined && { customerId }), externalId: evidence.externalId };
    }
    case 'claim':
      return { customerId: evidence.claim.customerId };
    case 'operation':
      return { customerId: evidence.operation.customerId };
  }
}

async function eachOf<One, Result>(all: readonly One[], work: (one: One) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
