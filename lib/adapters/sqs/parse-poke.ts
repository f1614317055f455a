import type { IntegrationName } from '#domain/integrations.ts';
import type { EventNotice, Poke } from '#ports/pokes.ts';

/**
 * Reads a message of the pokes queue.
 * @throws Error when it names neither a customer nor one of Stripe's: it ends in the dead-letter queue.
 */
export function parsePoke(body: string): Poke {
  const { customerId, externalId, event, receivedAt, integration } = JSON.parse(body) as Record<string, unknown>;
  // Which ones there are is not for a message to say: one for an integration that is not there fails when it is followed.
  const of = typeof integration === 'string' ? { integration: integration as IntegrationName } : {};
  if (typeof customerId === 'string') return { customerId, ...of };
  if (typeof externalId !== 'string') throw new Error('The message does not say where to look.');
  if (event === undefined) return { externalId, ...of };
  if (!isNotice(event)) throw new Error('The message does not say which event it comes from.');
  const isTime = typeof receivedAt === 'string' && !Number.isNaN(Date.parse(receivedAt));
  return { externalId, event, ...of, ...(isTime && { receivedAt }) };
}

function isNotice(event: unknown): event is EventNotice {
  if (typeof event !== 'object' || event === null) return false;
  const { id, kind, createdAt } = event as Record<string, unknown>;
  return typeof id === 'string' && typeof createdAt === 'string' && /^(created|updated|deleted)$/.test(String(kind));
}
