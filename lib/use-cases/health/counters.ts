import type { IntegrationName } from '#domain/integrations.ts';
import { add, type WriteTo } from '#ports/catalog-store.ts';

/** Each count is the sum over this many records, so that none of them is hot. Never change it to fewer. */
const SHARDS = 8;
const BUCKET_MS = 5 * 60_000;
/** Together the last hour; the present one is not over yet. */
const BUCKETS = 12;
const LIVE = 'customers';

/** Counts a customer that is listed from now on, or is not any more; in the transaction that makes it so. */
export function countLive(customerId: string, by: 1 | -1): WriteTo<'counter'> {
  return add({ type: 'counter', name: LIVE, shard: shardOf(customerId) }, { live: by });
}

/** Counts a try to bring something over, in the transaction that ends it. */
export function countAttempt(
  integration: IntegrationName,
  customerId: string,
  { isFailure }: { readonly isFailure: boolean },
  nowMs: number,
): WriteTo<'counter'> {
  const bucket = Math.floor(nowMs / BUCKET_MS);
  const key = { type: 'counter', name: attemptsOf(integration, bucket), shard: shardOf(customerId) } as const;
  const expiresAtSeconds = ((bucket + BUCKETS) * BUCKET_MS) / 1000;
  return add(key, { attempts: 1, failures: isFailure ? 1 : 0 }, expiresAtSeconds);
}

export function liveKeys() {
  return shards().map((shard) => ({ type: 'counter', name: LIVE, shard }) as const);
}

/** The counters of the last hour, for each five minutes of it, oldest first. */
export function recentAttemptKeys(integration: IntegrationName, nowMs: number) {
  const present = Math.floor(nowMs / BUCKET_MS);
  const buckets = Array.from({ length: BUCKETS }, (_, index) => present - BUCKETS + 1 + index);
  return buckets.map((bucket) => ({
    sinceMs: bucket * BUCKET_MS,
    keys: shards().map((shard) => ({ type: 'counter', name: attemptsOf(integration, bucket), shard }) as const),
  }));
}

function attemptsOf(integration: IntegrationName, bucket: number): string {
  return `attempts#${integration}#${bucket}`;
}

function shards(): readonly number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard);
}

/** FNV-1a: stable, and even enough over ids, whatever makes them. */
function shardOf(customerId: string): number {
  let hash = 0x811c9dc5;
  for (const letter of customerId) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % SHARDS;
}
