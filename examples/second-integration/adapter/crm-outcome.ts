import type { Outcome } from '#domain/outcome.ts';
import type { CrmReply, CrmRequest, CrmSend } from './contacts-api.ts';

/** Statuses with which the CRM refuses before it looks at the request, and so without any effect. */
const WITHOUT_EFFECT = new Set([401, 403, 429]);

/** Sends what changes something, and says what it came to. */
export async function attempt(send: CrmSend, request: CrmRequest): Promise<Outcome<{ externalId: string }>> {
  try {
    return outcomeOf(await send(request));
  } catch (error) {
    // It may be on its way still.
    return { is: 'unknown', error: error instanceof Error ? error.name : 'no answer' };
  }
}

function outcomeOf({ status, body }: CrmReply): Outcome<{ externalId: string }> {
  const { id, error = '' } = (body ?? {}) as { id?: string; error?: string };
  if (status < 300 && id !== undefined) return { is: 'accepted', value: { externalId: id } };
  if (WITHOUT_EFFECT.has(status)) return { is: 'nothing', error: `status ${status}` };
  // A twin under the same key is running: its outcome will be ours.
  if (status === 409) return { is: 'unknown', error: 'the key is in use' };
  // The CRM keeps no failure under a key: the same request may yet succeed.
  if (status >= 500) return { is: 'failed', error: `status ${status}`, replayed: false };
  return { is: 'rejected', reason: error === '' ? `The CRM answered ${status}.` : error };
}
