import { absent, put, type WriteTo } from '#ports/catalog-store.ts';
import type { AuditRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { Run, SyncDeps } from './run.ts';

/** The audit entry of what a run changes or overrules, with the event that it comes from, if one asked for the run. */
export function auditOf(
  deps: SyncDeps,
  { customer, cause }: Pick<Run, 'customer' | 'cause'>,
  entry: Pick<AuditRecord, 'before' | 'after' | 'overruled'>,
): WriteTo<'audit'> {
  const at = iso(deps.clock.nowMs());
  const [stripeEventId] = cause.eventIds;
  return put(
    { type: 'audit', customerId: customer.id, entryId: `${at}#${deps.random.id()}` },
    {
      ...{ at, cause: stripeEventId === undefined ? 'maintenance' : 'webhook', ...entry },
      ...(stripeEventId !== undefined && { stripeEventId }),
    },
    absent,
  );
}
