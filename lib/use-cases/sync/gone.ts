import { GATE } from '#domain/integrations.ts';
import { change } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { freeEmail } from '../catalog/email-claims.ts';
import { isAsRead } from '../catalog/read-live.ts';
import { countLive } from '../health/counters.ts';
import { auditOf } from './audit.ts';
import { agreed, endRun, lookAgain } from './end-run.ts';
import { owedByRun, pokeOthers } from './others.ts';
import { customerKey, type Run, type SyncDeps, type SyncResult } from './run.ts';

/**
 * The customer was deleted on the other side, which is final. In the gate that ends the customer: a tombstone without
 * personal data stays here, and the others follow. A follower has only let go of it: it stays, and in the gate too.
 */
export function endGone(deps: SyncDeps, run: Run): Promise<SyncResult> {
  return deps.integration.name === GATE ? endAsTombstone(deps, run) : endLetGo(deps, run);
}

/** Whether a follower has let go of the customer. It is made there anew once something changes, or when asked. */
export function isLetGo({ status, externalId }: SyncRecord): boolean {
  return status === 'orphaned' && externalId === undefined;
}

/** Nothing is owed to a follower that has let go of the customer: made again at once, it would come back for ever. */
export async function endLetGo(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const ended = await endRun(deps, run, {
    ...{ status: 'orphaned', externalId: undefined, lastError: 'It was deleted there' },
    ...{ base: undefined, seen: undefined, conflict: undefined, isUnmarked: undefined },
    ...{ tries: 0, events: agreed(deps, run).events },
  });
  return ended.is === 'ended' ? ended.result : lookAgain(deps, run);
}

async function endAsTombstone(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const { customer } = run;
  const { conflict: _, ...sync } = run.sync;
  const version = customer.version + 1;
  const over = {
    ...agreed(deps, { ...run, sync }),
    ...{ isGone: true, isTombstone: true as const },
    base: undefined,
    seen: undefined,
    conflict: undefined,
  };
  const deleted = { ...customer, status: 'deleted', name: null, email: null, version } as const;
  const ended = await endRun(
    deps,
    { ...run, customer: deleted, sync },
    { ...over, syncedVersion: version },
    {
      customer: change(
        customerKey(customer.id),
        {
          ...{ status: 'deleted', name: null, email: null, listKey: undefined },
          ...{ version, updatedAt: iso(deps.clock.nowMs()) },
        },
        isAsRead(customer),
      ),
      oldClaim: customer.email === null ? undefined : freeEmail(customer.email, customer.id),
      live: countLive(customer.id, -1),
      audit: auditOf(deps, run, { before: { name: customer.name, email: customer.email }, after: null }),
      ...(await owedByRun(deps, customer.id, { isTombstone: true })),
    },
  );
  if (ended.is === 'refused') return lookAgain(deps, run);
  await pokeOthers(deps, customer.id);
  return ended.result;
}
