/** Consumes pokes: makes both sides of each named customer agree. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parsePoke } from '#adapters/sqs/parse-poke.ts';
import { GATE } from '#domain/integrations.ts';
import type { Poke } from '#ports/pokes.ts';
import { isNoted, webhookNoter } from '#use-cases/health/note-webhook.ts';
import { handleAllPokes } from '#use-cases/sync/handle-all-pokes.ts';
import { log, reads } from './wiring/catalog.ts';
import { syncs } from './wiring/sync.ts';

const noteWebhook = webhookNoter({ ...reads, log }, GATE);

/** Each message is answered for itself: one that fails comes again, and at last to the dead-letter queue. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const failures = new Map<string, unknown>();
  const received = new Map<Poke, string>();
  for (const { messageId, body } of event.Records) {
    try {
      received.set(parsePoke(body), messageId);
    } catch (error) {
      failures.set(messageId, error);
    }
  }
  const failed = await handleAllPokes(syncs, [...received.keys()]);
  const receivedAt = latestReceived([...received.keys()]);
  if (receivedAt !== undefined) await noteWebhook(receivedAt);
  for (const [poke, error] of failed) failures.set(received.get(poke) ?? '', error);
  for (const [messageId, error] of failures) {
    const reason = error instanceof Error ? error.name : '';
    log.warn('The poke failed and will come again.', { messageId, error: reason });
  }
  return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
}

function latestReceived(pokes: readonly Poke[]): string | undefined {
  return pokes
    .filter(({ integration = GATE }) => integration === GATE)
    .filter(isNoted)
    .flatMap(({ receivedAt }) => receivedAt ?? [])
    .sort()
    .at(-1);
}
