import { GATE } from '#domain/integrations.ts';
import { change, check, type WriteTo } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { nobodySyncsSince } from '../catalog/read-live.ts';
import { standingKey } from '../catalog/standings.ts';

/**
 * The first transaction of a protected operation holds only while nobody writes to the gate for the customer. What the
 * operation does not bring about is left for the run after it: whatever keeps both sides apart (an edit in Stripe may be
 * among it that could not be taken yet), a look that is due and has not come to its end, an email that somebody waits for,
 * a mark that is missing.
 */
export function holdSync(customerId: string, sync: SyncRecord): WriteTo<'sync'> {
  const key = standingKey(customerId, GATE);
  const { status, dueAt, isUnmarked, awaited } = sync;
  const hasMoreToDo = status !== 'synced' || dueAt !== undefined || isUnmarked === true || awaited !== undefined;
  return hasMoreToDo ? change(key, { lookAgain: true }, nobodySyncsSince(sync)) : check(key, nobodySyncsSince(sync));
}
