import type { Scene } from '../scene.ts';
import { askProtected, createTwins, customerOf, emailOf, readThere } from '../sides.ts';

const NAME = 'Eve Whole';
const REFUSED = { name: 'Eve Refused', email: 'eve@rejected.example' };
const TAKEN = { name: 'Eve Changed', email: 'eve@changed.example.com' };

export const noHalfSyncs: Scene = {
  title: 'No half syncs',
  happens:
    'A protected update changes name and email, and Stripe refuses the email. Then another one, which Stripe takes: but ' +
    'the process dies before it could write that down.',
  elsewhere: 'The first leaves the new values here and the old ones there; the second, the other way round.',
  async play(stage, verify) {
    const { id, version, integrations } = await createTwins(stage, NAME);
    const both = async () => {
      const { name, email, version } = customerOf(await stage.api('GET', `/customers/${id}`));
      const there = (await readThere(stage)).find((one) => one.id === integrations.stripe.external_id);
      return { here: { name, email }, there: { name: there?.name, email: there?.email }, version };
    };
    const old = { name: NAME, email: emailOf(NAME) };
    const refused = await askProtected(stage, 'PUT', `/customers/${id}`, REFUSED);
    verify('the caller was told that Stripe refused', refused.status, 422);
    verify('both sides have the old values, and no version was made', await both(), { here: old, there: old, version });

    await stage.fault({ ...{ function: 'concord-local-saga', service: 'stripe' }, kind: 'kill-after' });
    const taken = await askProtected(stage, 'PUT', `/customers/${id}`, TAKEN);
    await stage.settle();
    verify('although the process died, the caller was told that it is done', taken.status, 200);
    const expected = { here: TAKEN, there: TAKEN, version: version + 1 };
    verify('both sides have the new values', await both(), expected);
  },
};
