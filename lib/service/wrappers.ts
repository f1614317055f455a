import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import { onceByKey } from '#adapters/powertools/once-by-key.ts';
import { consoleLog } from '#adapters/system/console-log.ts';
import { systemClock, systemRandom } from '#adapters/system/system.ts';
import { KEY_LIFETIME_SECONDS } from '#domain/idempotency-key.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import { type LeasedWork, type LeaseOptions, withLease } from '#use-cases/leases/with-lease.ts';

/** As long as a Lambda function can run. */
const LONGEST_RUN_MS = 900_000;

export type IdempotencyOptions<Args extends readonly unknown[]> = {
  /** The stack's output `EphemeralTable`. */
  readonly ephemeralTable: string;
  /** Names what the function does: keys of different names never meet. */
  readonly name: string;
  /** The key of a call: a text that is not empty. */
  readonly keyOf: (...args: Args) => string;
  /** What a repeat must have in common with the first call, as plain JSON; all arguments unless said. */
  readonly payloadOf?: (...args: Args) => unknown;
  /** After this, a call whose process died may be made again. Longer than any call takes; 15 minutes unless said. */
  readonly longestRunMs?: number;
  /** How long a result is given again; 24 hours unless said. */
  readonly keptForSeconds?: number;
};

/**
 * Makes a function act once a key, across processes: a repeat gets the first result again, as plain JSON. A call that
 * throws forgets its key, so that the next one tries again. One that outlives `longestRunMs` may be made twice.
 * @throws TypeError for an empty key; ProblemError `idempotency-in-progress` while a twin is at work,
 *   `idempotency-key-reused` for another payload. When the table cannot be reached, the call fails and nothing is done.
 */
export function makeIdempotentByKey<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Promise<Result>,
  options: IdempotencyOptions<Args>,
): (...args: Args) => Promise<Result> {
  const { keyOf, payloadOf = (...args: Args) => args, name, ephemeralTable: tableName } = options;
  const { longestRunMs = LONGEST_RUN_MS, keptForSeconds = KEY_LIFETIME_SECONDS } = options;
  const client = new DynamoDBClient({ maxAttempts: 1 });
  return async (...args) => {
    const key = keyOf(...args);
    // Calls without a key would share one record, and get each other's results.
    if (typeof key !== 'string' || key === '') throw new TypeError(`${name}: keyOf must answer a text.`);
    const identified = { key, payload: payloadOf(...args) };
    const settings = { tableName, name, longestRunMs, keptForSeconds };
    return (await onceByKey(client, settings, identified, () => fn(...args))) as Result;
  };
}

/** Where leases are kept. `memory` holds within this process only: across functions it is no lock at all. */
export type LeasePlace = { readonly catalogTable: string } | 'memory';

/** `withLease`, bound to a place. */
export type WithLease = <Result>(
  names: readonly string[],
  options: LeaseOptions,
  work: LeasedWork<Result>,
) => Promise<Result>;

/**
 * Binds `withLease` to where leases are kept: `const withLease = withLeases({ catalogTable })`. In memory, each call
 * of `withLeases` makes a place of its own.
 */
export function withLeases(place: LeasePlace): WithLease {
  const deps = { leases: leasesIn(place), clock: systemClock, random: systemRandom, log: consoleLog };
  return (names, options, work) => withLease(deps, names, options, work);
}

function leasesIn(place: LeasePlace): LeaseStore {
  if (place === 'memory') return new MemoryLeaseStore(systemClock);
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const catalog = new DynamoCatalogStore(documents, place.catalogTable, { clock: systemClock, random: systemRandom });
  return new DynamoLeaseStore(catalog, systemClock);
}
