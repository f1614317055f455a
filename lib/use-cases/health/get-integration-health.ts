import type { SyncStatus } from '#domain/customer.ts';
import { type IntegrationHealth, isIntegrationHealthy } from '#domain/integration-health.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import { isFinal } from '#domain/operation.ts';
import type { Apart, ApartStatus, CatalogStore } from '#ports/catalog-store.ts';
import type { DeadLetters } from '#ports/dead-letters.ts';
import type { CounterRecord } from '#ports/maintenance-records.ts';
import { type Clock, iso } from '#ports/system.ts';
import { liveKeys, recentAttemptKeys } from './counters.ts';

export type HealthDeps = { readonly store: CatalogStore; readonly clock: Clock; readonly deadLetters: DeadLetters };

const APART: readonly ApartStatus[] = ['pending', 'failed', 'orphaned', 'conflict'];
/** Of each status: beyond it a count says "at least", which during an import is enough. */
const APART_AT_MOST = 80_000;
const OPERATIONS_A_PAGE = 100;
const PAGES_AT_MOST = 10;

/**
 * How all customers stand with an integration, from counters and from the lists of what is not as it should be: it costs
 * the same for any number of customers. What it adds up is not read at one moment, and the lists lag by moments.
 */
export async function getIntegrationHealth(
  { store, clock, deadLetters }: HealthDeps,
  integration: IntegrationName,
): Promise<IntegrationHealth> {
  const nowMs = clock.nowMs();
  const buckets = recentAttemptKeys(integration, nowMs);
  const recentKeys = buckets.flatMap(({ keys }) => keys);
  const [[webhook, ...counters], listed, operations, deadLetterCount] = await Promise.all([
    store.read([{ type: 'lastWebhook', integration }, ...recentKeys, ...liveKeys()]),
    store.listApart(APART, APART_AT_MOST),
    countOperations(store),
    deadLetters.count(),
  ]);
  const [recent, live] = [counters.slice(0, recentKeys.length), counters.slice(recentKeys.length)];
  const apart = listed.filter((each) => each.integration === integration);
  const oldest = apart.find(({ status }) => status === 'pending');
  const history = buckets.map(({ sinceMs, keys }, index) => {
    const ofBucket = recent.slice(index * keys.length, (index + 1) * keys.length);
    return { since: iso(sinceMs), attempts: sumOf(ofBucket, 'attempts'), failures: sumOf(ofBucket, 'failures') };
  });
  const health = {
    asOf: iso(nowMs),
    counts: countsOf(apart, sumOf(live, 'live')),
    recentAttempts: sumOf(recent, 'attempts'),
    recentFailures: sumOf(recent, 'failures'),
    history,
    oldestPendingSeconds: oldest === undefined ? 0 : secondsBetween(oldest.since, nowMs),
    operations,
    webhooks: { lastReceivedAt: webhook?.receivedAt ?? null, deadLetterCount },
  };
  return { ...health, isHealthy: isIntegrationHealthy(health) };
}

/** Whoever is listed and not apart is synced: that is why agreeing costs no count. */
function countsOf(apart: readonly Apart[], live: number): Record<SyncStatus, number> {
  const count = (wanted: ApartStatus) => apart.filter(({ status }) => status === wanted).length;
  const [pending, failed, orphaned, conflict] = [
    count('pending'),
    count('failed'),
    count('orphaned'),
    count('conflict'),
  ];
  const liveAndApart = apart.filter(({ isTombstone }) => isTombstone !== true).length;
  // The list may lag behind the counter by moments.
  const synced = Math.max(0, live - liveAndApart);
  return { pending, synced, failed, orphaned, conflict };
}

async function countOperations(store: CatalogStore): Promise<IntegrationHealth['operations']> {
  const counts = { running: 0, compensating: 0, needs_attention: 0 };
  const seen = new Set<string>();
  let from: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const { operationIds, next } = await store.listUnfinished(OPERATIONS_A_PAGE, from);
    // One that makes progress meanwhile may be listed twice.
    const news = operationIds.filter((id) => !seen.has(id));
    for (const id of news) seen.add(id);
    const operations =
      news.length === 0
        ? []
        : await store.read(news.map((operationId) => ({ type: 'operation', operationId }) as const));
    for (const operation of operations) {
      if (operation === undefined || isFinal(operation.status)) continue;
      counts[operation.status as keyof typeof counts] += 1;
    }
    from = next;
    if (next === undefined) break;
  }
  return counts;
}

function sumOf(counters: readonly (CounterRecord | undefined)[], field: 'live' | 'attempts' | 'failures'): number {
  return counters.reduce((sum, counter) => sum + (counter?.[field] ?? 0), 0);
}

function secondsBetween(since: string, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1000));
}
