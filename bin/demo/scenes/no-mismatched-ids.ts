import type { Scene } from '../scene.ts';
import { customerOf, emailOf, readThere } from '../sides.ts';
import type { Stage } from '../stage.ts';

const NAME = 'Dora Lost';

export const noMismatchedIds: Scene = {
  title: 'No id mismatches',
  happens: 'Stripe makes the customer, but its reply is lost on the way. Twice.',
  elsewhere: 'Each try makes another Stripe customer. The catalog names the last one; payments may be at the first.',
  async play(stage, verify) {
    const keysBefore = await countKeys(stage);
    await stage.fault({ service: 'stripe', action: 'POST /v1/customers', kind: 'lost-reply', times: 2 });
    const body = { name: NAME, email: emailOf(NAME) };
    const headers = { 'x-use-integrity-protection': 'true', 'idempotency-key': 'dora' };
    await stage.api('POST', '/customers', { body, headers });
    await stage.settle();
    const sent = await stage.countSent('POST /v1/customers');
    if (sent < 2) throw new Error('No reply was lost.');
    verify(`of ${sent} requests to make it, Stripe took as new`, (await countKeys(stage)) - keysBefore, 1);
    const there = await readThere(stage, emailOf(NAME));
    verify('and has made one customer', there.length, 1);
    const here = customerOf(await stage.api('POST', '/customers', { body, headers }));
    verify('the catalog names it, as the caller’s repeat says', here.integrations.stripe.external_id, there[0]?.id);
    verify('it names the catalog’s', there[0]?.metadata['concord_customer_id'], here.id);
  },
};

/** How many creates Stripe holds apart, by their idempotency keys. */
async function countKeys(stage: Stage): Promise<number> {
  const { idempotency } = (await stage.sandbox('GET', '/state')) as { idempotency: { path: string }[] };
  return idempotency.filter(({ path }) => path === '/v1/customers').length;
}
