import type { Scene } from '../scene.ts';
import { createTwins, readHere, readThere } from '../sides.ts';

/** Younger than this nothing is called an orphan: it may be on its way. */
const GRACE_SECONDS = 11 * 60;

export const noOrphans: Scene = {
  title: 'No orphans',
  happens:
    'A customer is deleted at Stripe’s dashboard, and the event never comes. Meanwhile a Stripe customer is left over ' +
    'that bears our mark and belongs to nobody.',
  elsewhere: 'The catalog keeps a customer who can never pay, and Stripe one whom nobody knows.',
  async play(stage, verify) {
    const twins = await createTwins(stage, 'Gina Gone');
    await stage.sandbox('POST', '/webhooks', { mode: 'hold' });
    await stage.stripe('DELETE', `/v1/customers/${twins.integrations.stripe.external_id}`);
    const left = await stage.stripe('POST', '/v1/customers', {
      ...{ name: 'Left over', 'metadata[concord_stage]': 'local' },
      ...{ 'metadata[concord_customer_id]': 'nobody', 'metadata[concord_operation_id]': 'forgotten' },
    });
    await stage.sandbox('POST', '/webhooks', { mode: 'deliver' });
    verify('the catalog does not know yet, and has', (await readHere(stage, 'gina.gone@example.com')).length, 1);

    await stage.pass(GRACE_SECONDS);
    await stage.run('sweep-events');
    verify('after the sweep of Stripe’s events it has', (await readHere(stage, 'gina.gone@example.com')).length, 0);
    const cleaned = await stage.api('POST', '/customers/cleanup-orphaned');
    await stage.settle();
    verify('orphans that the cleanup found and removed', [cleaned.body['found'], cleaned.body['cleaned']], [1, 1]);
    const still = (await readThere(stage)).filter(({ id }) => id === left['id']);
    verify('of what was left over, in Stripe', still.length, 0);
  },
};
