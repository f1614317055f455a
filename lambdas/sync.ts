/** Consumes pokes: makes both sides of each named customer agree. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import { log, store, system } from './wiring/catalog.ts';
import { stripe } from './wiring/stripe.ts';

const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'));
const deps = { store, integration: stripe, ...system, pokes };

/** Each message is answered for itself: one that fails comes again, and at last to the dead-letter queue. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    event.Records.map(async ({ messageId, body }) => {
      try {
        await syncCustomer(deps, parsePoke(body));
        return [];
      } catch (error) {
        log.warn('The poke failed and will come again.', {
          messageId,
          error: error instanceof Error ? error.name : '',
        });
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}

function parsePoke(body: string): string {
  const { customerId } = JSON.parse(body) as { customerId?: unknown };
  if (typeof customerId !== 'string') throw new Error('The message does not name a customer.');
  return customerId;
}
