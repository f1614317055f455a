import { change, missing } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { AttemptRecord, LinkRecord, OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { adoptExternal } from './adopt-external.ts';
import { ownWriteKeys, recogniseEcho } from './echo.ts';
import { linkKey } from './link-run.ts';
import { RUN_LEASE_MS, type SyncDeps } from './run.ts';
import { syncCustomer } from './sync-customer.ts';

/** Where a poke leads; `done` when it only tells of a write of ours. */
type Target = { readonly customerId: string } | { readonly externalId: string } | 'done';

/**
 * Takes pokes to where they lead, and answers those that failed, with the reason. Pokes that lead to one customer are
 * one run: it reads what is there now, so it does for all of them. One that fails does not keep the others from theirs.
 */
export async function handlePokes(deps: SyncDeps, pokes: readonly Poke[]): Promise<ReadonlyMap<Poke, unknown>> {
  const failed = new Map<Poke, unknown>();
  const fail = (members: readonly Poke[]) => (error: unknown) => {
    for (const member of members) failed.set(member, error);
  };
  const groups = new Map<string, { readonly target: Exclude<Target, 'done'>; readonly members: Poke[] }>();
  const sort = async (poke: Poke) => {
    const target = await findTarget(deps, poke);
    if (target === 'done') return;
    const name = JSON.stringify(target);
    const group = groups.get(name) ?? { target, members: [] };
    group.members.push(poke);
    groups.set(name, group);
  };
  await Promise.all(pokes.map((poke) => sort(poke).catch(fail([poke]))));
  await Promise.all(
    [...groups.values()].map(({ target, members }) => follow(deps, target, members).catch(fail(members))),
  );
  return failed;
}

async function findTarget(deps: SyncDeps, poke: Poke): Promise<Target> {
  if ('customerId' in poke) return { customerId: poke.customerId };
  const { externalId, event } = poke;
  const [link, attempt, operation] = (await deps.store.read([
    linkKey(deps, externalId),
    ...ownWriteKeys(event?.key),
  ])) as [LinkRecord | undefined, AttemptRecord?, OperationRecord?];
  const own = event === undefined ? 'foreign' : await recogniseEcho(deps, event, attempt, operation);
  if (own === 'accepted') return 'done';
  if (link?.customerId !== undefined) return { customerId: link.customerId };
  if (own !== 'open') return { externalId };
  // Whoever made it is about to link it. Should that never happen, it is found due.
  await deps.store.commit({
    link: change(
      linkKey(deps, externalId),
      { lookAgain: true, dueAt: iso(deps.clock.nowMs() + RUN_LEASE_MS) },
      missing('customerId'),
    ),
  });
  return 'done';
}

async function follow(deps: SyncDeps, target: Exclude<Target, 'done'>, members: readonly Poke[]): Promise<void> {
  const eventIds = members.flatMap((poke) => ('event' in poke && poke.event !== undefined ? [poke.event.id] : []));
  if ('customerId' in target) await syncCustomer(deps, target.customerId, { eventIds });
  else await adoptExternal(deps, target.externalId, { eventIds });
}
