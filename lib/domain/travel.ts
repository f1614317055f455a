/**
 * An integration may forget an idempotency key after 24 hours (docs.stripe.com/api/idempotent_requests): an older one
 * is not sent again, because it would act anew.
 */
const KEY_USABLE_MS = 23 * 3600_000;

/** No request stays on its way this long: the client gives up after seconds, and no network keeps one for an hour. */
export const TRAVELS_AT_MOST_MS = 3600_000;

/** Whether a key that was first sent then still pins its request now. Times are ISO 8601. */
export function isKeyUsable(firstSentAt: string, nowMs: number): boolean {
  return nowMs - Date.parse(firstSentAt) < KEY_USABLE_MS;
}

/** Whether the latest request has arrived or never will: what the other side shows then is all there will be. */
export function hasArrived(lastSentAt: string, nowMs: number): boolean {
  return nowMs - Date.parse(lastSentAt) >= TRAVELS_AT_MOST_MS;
}
