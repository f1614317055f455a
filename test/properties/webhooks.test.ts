import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { parsePoke } from '#adapters/sqs/parse-poke.ts';
import { normaliseEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { receive } from '#adapters/stripe-webhook/receive.ts';
import { parseSecrets } from '#adapters/stripe-webhook/secrets.ts';
import { systemDigest } from '#adapters/system/system.ts';
import { always, anyJson, anyText, nearly, nearlyObject } from './fuzz.ts';

const NOW_SECONDS = 1_800_000_000;
const SECRET = 'whsec_known';
const deps = { nowMs: () => NOW_SECONDS * 1000, readSecrets: async () => [SECRET], digest: systemDigest };
const expected = { livemode: false, account: undefined };

const texts = fc.string({ unit: 'grapheme', maxLength: 20 });
const events = fc.record({
  ...{ id: fc.constantFrom('evt_1', 'evt_2'), object: fc.constantFrom('event', 'v2.core.event') },
  type: fc.constantFrom('customer.updated', 'customer.deleted', 'v1.customer.updated', 'invoice.paid'),
  livemode: fc.constant(false),
  created: fc.constantFrom<unknown>(NOW_SECONDS, '2026-11-23T12:00:00Z'),
  data: nearlyObject(
    fc.record({
      object: nearlyObject(fc.record({ id: fc.constant('cus_1'), name: texts, email: texts })),
      previous_attributes: nearlyObject(fc.record({ name: texts, email: texts })),
    }),
  ),
  related_object: nearlyObject(fc.record({ id: fc.constant('cus_1') })),
  request: nearlyObject(fc.record({ id: fc.constant('req_1'), idempotency_key: texts })),
});

function signed(body: Uint8Array, secret = SECRET): string {
  const text = `${NOW_SECONDS}.${new TextDecoder().decode(body)}`;
  return `t=${NOW_SECONDS},v1=${createHmac('sha256', secret).update(text).digest('hex')}`;
}

/** `taken`, or why not. Whatever else is thrown fails the test. */
async function verdictOn(
  body: Uint8Array,
  signature: string | undefined,
  readSecrets = deps.readSecrets,
): Promise<string> {
  try {
    await receive({ ...deps, readSecrets }, expected, { signature, body });
    return 'taken';
  } catch (error) {
    if (error instanceof Error && error.name === 'WebhookRefusedError' && 'reason' in error)
      return String(error.reason);
    throw error;
  }
}

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('a webhook', () => {
  it('that Stripe did not sign is never taken, whatever it holds', async () => {
    const headers = nearly(events.map((event) => signed(bytesOf(event), 'whsec_other')));
    await always([fc.oneof(events.map(bytesOf), fc.uint8Array()), fc.oneof(headers, anyText)], async (body, header) => {
      expect(['unsigned', 'malformed', 'signature', 'stale']).toContain(await verdictOn(body, header));
    });
  });

  it('that has no signature costs no look at the secrets', async () => {
    const unread = () => Promise.reject(new Error('They were read.'));
    await always([fc.uint8Array(), fc.constantFrom('', undefined)], async (body, header) => {
      expect(await verdictOn(body, header, unread)).toBe('unsigned');
    });
  });

  it('that was changed on its way is not taken', async () => {
    await always([events, nearly(fc.constant('')), fc.nat()], async (event, odd, at) => {
      const body = bytesOf(event);
      const place = at % body.length;
      const changed = Buffer.concat([body.subarray(0, place), Buffer.from(odd), body.subarray(place)]);
      // A byte order mark is not part of the text.
      const isSame = new TextDecoder().decode(changed) === new TextDecoder().decode(body);
      expect((await verdictOn(changed, signed(body))) === 'signature').toBe(!isSame);
    });
  });

  it('that Stripe signed is taken, or refused for what it holds', async () => {
    const bodies = fc.oneof(
      nearlyObject(events).map(bytesOf),
      anyJson.map(bytesOf),
      fc.uint8Array(),
      nearly(events.map((event) => JSON.stringify(event))).map((text) => Buffer.from(text)),
    );
    await always([bodies], async (body) => {
      expect(['taken', 'not-json', 'not-an-event', 'mode', 'account']).toContain(await verdictOn(body, signed(body)));
    });
  });

  it('puts no value of the customer in the queue, and is read from there as it was put', async () => {
    const secret = fc.string({ minLength: 8, maxLength: 20 }).map((text) => `personal ${text}`);
    await always([nearlyObject(events), secret, secret], (event, name, email) => {
      const object = { id: 'cus_1', name, email, description: name };
      const data = { object, previous_attributes: { name: email, email: name } };
      const told = normalised({ ...(event as object), data });
      const poke = told?.poke;
      if (poke === undefined || poke === 'ignored') return;
      expect(JSON.stringify(poke)).not.toContain('personal');
      expect(parsePoke(JSON.stringify(poke))).toEqual(JSON.parse(JSON.stringify(poke)));
    });
  });
});

function normalised(event: unknown) {
  try {
    return normaliseEvent(systemDigest, event);
  } catch (error) {
    if (error instanceof Error && error.name === 'MalformedEventError') return undefined;
    throw error;
  }
}

describe('the signing secrets', () => {
  it('are read in any order and with any space between them, or cannot be used', async () => {
    const secrets = fc.array(fc.stringMatching(/^whsec_\w{1,40}$/), { minLength: 1, maxLength: 8 });
    await always([secrets, fc.constantFrom(',', ' ', '\n', ' , '), anyText], (several, between, text) => {
      expect(parseSecrets(several.join(between))).toEqual(several);
      try {
        expect(parseSecrets(text).every((secret) => secret.startsWith('whsec_'))).toBe(true);
      } catch (error) {
        expect((error as Error).name).toBe('WebhookSecretsMalformedError');
      }
    });
  });
});
