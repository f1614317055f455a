/** What makes both sides of a customer agree is wired of. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import type { Side } from '#domain/merge.ts';
import { log, store, system } from './catalog.ts';
import { stripe } from './stripe.ts';

const owners = { name: requireEnv('OWNER_OF_NAME') as Side, email: requireEnv('OWNER_OF_EMAIL') as Side };
const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'));

export const sync = { store, integration: stripe, ...system, pokes, owners, digest: systemDigest, log };

export const leases = new DynamoLeaseStore(store, system.clock);
