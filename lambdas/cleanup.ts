/** Every hour: clears expired keys and leases, and email claims of nobody. */
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { cleanup } from '#use-cases/repair/cleanup.ts';
import { log, reads, store, system } from './wiring/catalog.ts';
import { pokes } from './wiring/pokes.ts';

const leases = new DynamoLeaseStore(store, system.clock);
const graceMs = Number(requireEnv('GRACE_MINUTES')) * 60_000;

export async function handler() {
  const report = await cleanup({ ...reads, ...system, log, pokes, leases, digest: systemDigest, graceMs });
  if ('skipped' in report) return report;
  const { lookedAt, expiredKeys, expiredLeases, freedClaims, heldClaims, failed, next } = report;
  return {
    ...{ looked_at: lookedAt, expired_keys: expiredKeys, expired_leases: expiredLeases },
    ...{ freed_claims: freedClaims, held_claims: heldClaims, failed, next: next ?? null },
  };
}
