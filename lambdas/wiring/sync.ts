/** What makes both sides of a customer agree is wired of. */
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { forEachOf, INTEGRATIONS } from '#domain/integrations.ts';
import { ownersAgainst, type Side } from '#domain/merge.ts';
import type { SyncDeps } from '#use-cases/sync/run.ts';
import { log, reads, store, system } from './catalog.ts';
import { followers } from './followers.ts';
import { pokes } from './pokes.ts';
import { stripe } from './stripe.ts';

const owners = { name: requireEnv('OWNER_OF_NAME') as Side, email: requireEnv('OWNER_OF_EMAIL') as Side };

/** What runs of each integration work with. */
export const syncs = forEachOf(
  INTEGRATIONS,
  (name): SyncDeps => ({
    ...{ ...reads, ...system, pokes, digest: systemDigest, log },
    integration: followers[name]?.integration ?? stripe,
    owners: ownersAgainst(name, owners),
  }),
);

export const leases = new DynamoLeaseStore(store, system.clock);
