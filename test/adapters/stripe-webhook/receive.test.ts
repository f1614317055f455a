import Stripe from 'stripe';
import { type Expected, receive } from '#adapters/stripe-webhook/receive.ts';
import { parseSecrets, WebhookSecretsMalformedError } from '#adapters/stripe-webhook/secrets.ts';
import { systemDigest } from '#adapters/system/system.ts';
import { snapshot, thin } from './events.ts';

const NOW_SECONDS = 1_795_000_000;
const TEST: Expected = { livemode: false, account: undefined };

type Given = {
  readonly secrets?: string;
  readonly expected?: Expected;
  readonly signedWith?: string;
  readonly signedAt?: number;
  readonly signature?: string | undefined;
};

/** What becomes of a payload, signed as Stripe's own SDK signs: its event and secret, or the reason of its refusal. */
async function deliver(payload: unknown, given: Given = {}) {
  const { secrets = 'whsec_a', expected = TEST, signedWith = 'whsec_a', signedAt = NOW_SECONDS } = given;
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const made = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: signedWith, timestamp: signedAt });
  let reads = 0;
  const deps = {
    nowMs: () => NOW_SECONDS * 1000,
    digest: systemDigest,
    readSecrets: async () => {
      reads += 1;
      return parseSecrets(secrets);
    },
  };
  const signature = 'signature' in given ? given.signature : made;
  const outcome = await receive(deps, expected, { signature, body: Buffer.from(body) }).catch((error) => error.reason);
  return { outcome, reads };
}

describe('a delivery', () => {
  it('that Stripe signed for this endpoint is received', async () => {
    expect(await deliver(snapshot('customer.created'))).toMatchObject({
      outcome: { secretIndex: 0, event: { id: 'evt_1', poke: { externalId: 'cus_1' } } },
      reads: 1,
    });
    expect(await deliver(thin('v1.customer.created'))).toMatchObject({ outcome: { event: { id: 'evt_test_2' } } });
  });

  it.each([
    ['whsec_a', 0],
    ['whsec_b', 1],
    ['whsec_c', 2],
  ])('signed with any of several secrets is received, and tells which: %s', async (signedWith, secretIndex) => {
    const { outcome } = await deliver(snapshot('customer.created'), {
      secrets: ' whsec_a\nwhsec_b, whsec_c ',
      signedWith,
    });
    expect(outcome).toMatchObject({ secretIndex });
  });

  it.each([
    ['unsigned', undefined],
    ['unsigned', ''],
    ['malformed', 'v1=00'],
    ['malformed', `t=${NOW_SECONDS}`],
    ['malformed', `t=${NOW_SECONDS},v1=`],
  ])('that is %s is refused before any secret is read (%#)', async (reason, signature) => {
    expect(await deliver(snapshot('customer.created'), { signature })).toEqual({ outcome: reason, reads: 0 });
  });

  it.each([
    ['signature', { signedWith: 'whsec_other' }],
    ['stale', { signedAt: NOW_SECONDS - 301 }],
    ['mode', { expected: { livemode: true, account: undefined } }],
  ])('is refused for its %s', async (reason, given) => {
    expect(await deliver(snapshot('customer.created'), given)).toEqual({ outcome: reason, reads: 1 });
  });

  it.each([
    ['acct_a', 'acct_a', 'received'],
    ['acct_a', undefined, 'account'],
    ['acct_a', 'acct_b', 'account'],
    [undefined, 'acct_b', 'received'],
  ])('of the account %s is judged by the one configured, %s: %s', async (account, configured, outcome) => {
    const expected = { livemode: false, account: configured };
    const received = outcome === 'received' ? expect.objectContaining({ secretIndex: 0 }) : outcome;
    for (const event of [snapshot('invoice.paid', { account }), thin('v1.customer.created', { context: account })]) {
      expect((await deliver(event, { expected })).outcome).toEqual(received);
    }
  });

  it.each(['{', '', 'null', '[]', '{"object":"customer"}'])('is no event when it is %j, well signed', async (body) => {
    const isJson = !['{', ''].includes(body);
    expect((await deliver(body)).outcome).toBe(isJson ? 'not-an-event' : 'not-json');
  });
});

describe('the webhook secrets', () => {
  it.each(['', ' ,\n', 'a random password', 'whsec_', 'whsec_a whsec_b other', Array(9).fill('whsec_a').join()])(
    'are not %j',
    (text) => {
      expect(() => parseSecrets(text)).toThrow(WebhookSecretsMalformedError);
    },
  );
});
