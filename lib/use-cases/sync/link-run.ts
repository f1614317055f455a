import { all, type Changes, type Condition, change, equal, missing } from '#ports/catalog-store.ts';
import { pokeToExternal } from '#ports/pokes.ts';
import type { LinkRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { RUN_OVER } from '../catalog/linked.ts';
import { backoff } from './end-run.ts';
import { type Cause, RUN_LEASE_MS, type SyncDeps, type SyncResult } from './run.ts';

/** One worker's turn at a customer of Stripe that is not linked yet. Its revision fences its writes. */
export type LinkRun = {
  readonly externalId: string;
  readonly link: LinkRecord & { readonly revision: number };
  readonly cause: Cause;
};

const TRIES = 5;
/** So often it is tried again at once. */
const RACES = 3;

export function linkKey({ integration }: Pick<SyncDeps, 'integration'>, externalId: string) {
  return { type: 'link', integration: integration.name, externalId } as const;
}

/** The link still names nobody, and no later run has begun. */
export function isStillRun({ link: { revision } }: LinkRun) {
  return all(equal('revision', revision), missing('customerId'));
}

/**
 * Takes the run. One that is live is told to look again, in one write that holds only while it is live. `linked`: it
 * has a customer by now.
 */
export async function beginLinkRun(
  deps: SyncDeps,
  externalId: string,
  cause: Cause,
): Promise<LinkRun | 'busy' | { readonly linkedTo: string }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [link = {}] = await deps.store.read([linkKey(deps, externalId)]);
    if (link.customerId !== undefined) return { linkedTo: link.customerId };
    const nowMs = deps.clock.nowMs();
    const { revision, runId, runExpiresAt } = link;
    const isUnchanged = revision === undefined ? missing<'revision'>('revision') : equal('revision', revision);
    if (runExpiresAt !== undefined && runExpiresAt > iso(nowMs)) {
      const isSameRun = runId === undefined ? missing('runId') : equal('runId', runId);
      const { committed } = await deps.store.commit({
        link: change(
          linkKey(deps, externalId),
          { lookAgain: true, dueAt: runExpiresAt },
          all(isUnchanged, isSameRun, missing('customerId')),
        ),
      });
      if (committed) return 'busy';
      continue;
    }
    const expires = iso(nowMs + RUN_LEASE_MS);
    const taken = { revision: (revision ?? 0) + 1, runId: deps.random.id(), runExpiresAt: expires, dueAt: expires };
    const { committed } = await deps.store.commit({
      link: change(
        linkKey(deps, externalId),
        { ...taken, lookAgain: undefined },
        all(isUnchanged, missing('customerId')),
      ),
    });
    if (committed) return { externalId, link: { ...link, ...taken }, cause };
  }
  throw new Error('Other writers kept this run from beginning.');
}

/** It is nobody's to take: over, unless somebody has asked to look again meanwhile. */
export async function endUnlinked(deps: SyncDeps, run: LinkRun): Promise<SyncResult> {
  const first = await commitEnd(deps, run, RUN_OVER, all(isStillRun(run), missing('lookAgain')));
  if (first) return 'agreed';
  return tryAgain(deps, run);
}

/** Something has to be settled first: due again later, with a backoff. */
export async function tryLater(deps: SyncDeps, run: LinkRun): Promise<SyncResult> {
  const tries = run.link.tries ?? 0;
  await commitEnd(deps, run, { ...RUN_OVER, tries: tries + 1, dueAt: backoff(deps, { tries }) }, isStillRun(run));
  return 'owed';
}

/** What the run decided on is not so any more: the next one decides afresh, at once unless that is so again and again. */
export async function tryAgain(deps: SyncDeps, run: LinkRun): Promise<SyncResult> {
  const tries = run.link.tries ?? 0;
  if (tries >= RACES) return tryLater(deps, run);
  await commitEnd(deps, run, { ...RUN_OVER, tries: tries + 1, dueAt: iso(deps.clock.nowMs()) }, isStillRun(run));
  await deps.pokes.poke(pokeToExternal(run.externalId, deps.integration.name));
  return 'owed';
}

async function commitEnd(
  deps: SyncDeps,
  run: LinkRun,
  changes: Changes<LinkRecord>,
  when: Condition<keyof LinkRecord>,
): Promise<boolean> {
  const { committed } = await deps.store.commit({ link: change(linkKey(deps, run.externalId), changes, when) });
  return committed;
}
