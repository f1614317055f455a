import type { Scene } from '../scene.ts';
import { customerOf, emailOf, readHere, readThere } from '../sides.ts';

const NAME = 'Ben Alone';

export const noMissingTwin: Scene = {
  title: 'No customer here without its Stripe twin',
  happens:
    'A customer is committed to the catalog. The process dies before it could tell anybody that Stripe is owed one.',
  elsewhere: 'The customer is in the catalog only. Nobody will ever look.',
  async play(stage, verify) {
    const request = { body: { name: NAME, email: emailOf(NAME) }, headers: { 'idempotency-key': 'ben' } };
    await stage.fault({ function: 'concord-local-api', service: 'sqs', kind: 'kill-before' });
    const died = await stage.api('POST', '/customers', request);
    await stage.settle();
    verify('the caller was told that the process died', died.status, 500);
    const [before] = await readHere(stage, emailOf(NAME));
    verify('the catalog has the customer, and knows that Stripe has not', before?.integrations.stripe, {
      ...{ external_id: null, sync_status: 'pending', last_synced_at: null, conflict: null },
    });

    await stage.pass(120);
    await stage.run('sweep-operations');
    const [after] = await readHere(stage, emailOf(NAME));
    const twins = await readThere(stage, emailOf(NAME));
    verify('a minute’s sweep later Stripe has one', twins.length, 1);
    verify('and the catalog names it', after?.integrations.stripe.external_id, twins[0]?.id);

    const again = customerOf(await stage.api('POST', '/customers', request));
    verify('the caller’s repeat gets the customer of the first time', again.id, before?.id);
  },
};
