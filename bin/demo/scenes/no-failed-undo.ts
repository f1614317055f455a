import type { Scene } from '../scene.ts';
import { askProtected, customerOf, emailOf, readHere, readThere } from '../sides.ts';
import type { Stage } from '../stage.ts';

const NAME = 'Finn Undone';
const CREATE = { service: 'stripe', action: 'POST /v1/customers' };

export const noFailedUndo: Scene = {
  title: 'No failed undo',
  happens:
    'Stripe makes the customer, the reply is lost, and then Stripe fails until the create is given up. It is to be ' +
    'undone, and that fails at first as well.',
  elsewhere: 'The undo was one try in a catch block: a Stripe customer is left, and the email is taken for ever.',
  async play(stage, verify) {
    const body = { name: NAME, email: emailOf(NAME) };
    await stage.fault({ ...CREATE, kind: 'lost-reply', times: 2 });
    await stage.fault({ ...CREATE, kind: 'error', status: 500, nth: 3, times: 1000 });
    await stage.sandbox('POST', '/fail', { method: 'DELETE', path: '/v1/customers/{id}' });
    const headers = { 'x-use-integrity-protection': 'true', prefer: 'respond-async' };
    const begun = await stage.api('POST', '/customers', { body, headers });
    const operation = String(begun.headers.get('location'));
    await untilStatus(stage, operation, ['compensating']);
    verify('what Stripe made is still there while it is down', (await readThere(stage, emailOf(NAME))).length, 1);

    await stage.mendFaults();
    const status = await untilStatus(stage, operation, ['compensated', 'needs_attention']);
    verify('the operation ended', status, 'compensated');
    const sent = await stage.countSent('DELETE /v1/customers/{id}');
    if (sent < 2) throw new Error('The undo never failed.');
    verify('customers in the catalog', (await readHere(stage, emailOf(NAME))).length, 0);
    verify(
      `customers in Stripe, after ${sent} requests to delete it`,
      (await readThere(stage, emailOf(NAME))).length,
      0,
    );
    const again = await askProtected(stage, 'POST', '/customers', body);
    verify('the email is free again', customerOf(again).email, emailOf(NAME));
  },
};

/** The operation's status, once it is one of these; time passes meanwhile. */
async function untilStatus(stage: Stage, operation: string, statuses: readonly string[]): Promise<string> {
  let status = '';
  for (let tries = 0; tries < 30 && !statuses.includes(status); tries += 1) {
    await stage.settle();
    status = String((await stage.api('GET', operation)).body['status']);
    await stage.pass(10);
  }
  return status;
}
