/** What comparing both sides is wired of, and where one at a time is at work. */
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { GATE } from '#domain/integrations.ts';
import { ownersAgainst, type Side } from '#domain/merge.ts';
import { store, system } from './catalog.ts';
import { stripe } from './stripe.ts';

export const comparing = {
  ...{ store, ...system, integration: stripe, digest: systemDigest },
  owners: ownersAgainst(GATE, {
    name: requireEnv('OWNER_OF_NAME') as Side,
    email: requireEnv('OWNER_OF_EMAIL') as Side,
  }),
  leases: new DynamoLeaseStore(store, system.clock),
  graceMs: Number(requireEnv('GRACE_MINUTES')) * 60_000,
  mostAtOnce: Number(requireEnv('MOST_AT_ONCE')),
};
