import type { Issue } from '#domain/consistency.ts';
import type { CompareDeps, Evidence, Subject } from '../evidence.ts';
import { gather } from '../gather.ts';
import { type Found, judge } from '../kinds/kinds.ts';
import type { Buckets } from './buckets.ts';
import { nameOf, remoteStamp, type Stamp, type Suspect } from './suspect.ts';

/** An issue, and what it is about: enough to look at it again before anything is done about it. */
export type Finding = { readonly subject: Subject; readonly found: Found; readonly issue: Issue };

/**
 * `read`: how many entries the bucket has. `last`: the place of the last suspect that was looked at; absent when it was
 * the last of its bucket.
 */
export type Looked = { readonly findings: readonly Finding[]; readonly read: number; readonly last?: string };

type Asked = {
  readonly bucket: number;
  /** Suspects stand in the order of their places, and are looked at from after this one. */
  readonly after: string;
  readonly most: number;
  /** Not before then. */
  readonly notBeforeMs: number;
};

const AT_ONCE = 8;

/**
 * Looks again, on both sides, at what did not look right: it is an issue only if it has not changed and is no work of
 * somebody's.
 */
export async function lookAgain(deps: CompareDeps, buckets: Buckets, asked: Asked): Promise<Looked> {
  const suspects = new Map<string, Suspect>();
  const entries = await buckets.read('suspects', asked.bucket);
  for (const { subject, stamp } of entries) {
    const known = suspects.get(nameOf(subject));
    const all = { subject: { ...known?.subject, ...subject }, stamp: { ...known?.stamp, ...stamp } };
    suspects.set(nameOf(subject), all);
  }
  const ordered = [...suspects]
    .map(([name, suspect]) => ({ suspect, place: deps.digest(name) }))
    .filter(({ place }) => place > asked.after)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const looked = ordered.slice(0, asked.most);
  const waitMs = asked.notBeforeMs - deps.clock.nowMs();
  if (looked.length > 0 && waitMs > 0) await deps.clock.sleep(waitMs);
  const findings = (await eachOf(looked, ({ suspect }) => findingsOf(deps, suspect))).flat();
  const last = ordered.length > looked.length ? looked.at(-1)?.place : undefined;
  return { findings, read: entries.length, ...(last !== undefined && { last }) };
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
