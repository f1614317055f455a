import { change } from '#ports/catalog-store.ts';
import { iso } from '#ports/system.ts';
import { freeEmail } from '../catalog/email-claims.ts';
import { isAsRead } from '../catalog/read-live.ts';
import { countLive } from '../health/counters.ts';
import { auditOf } from './audit.ts';
import { agreed, endRun, lookAgain } from './end-run.ts';
import { customerKey, type Run, type SyncDeps, type SyncResult } from './run.ts';

/** The customer was deleted in Stripe, which is final: a tombstone without personal data stays here. */
export async function endGone(deps: SyncDeps, run: Run): Promise<SyncResult> {
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
    },
  );
  return ended.is === 'ended' ? ended.result : lookAgain(deps, run);
}
