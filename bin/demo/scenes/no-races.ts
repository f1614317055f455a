import type { Scene } from '../scene.ts';
import { createTwins, customerOf, readThere } from '../sides.ts';
import type { Stage } from '../stage.ts';

export const noRaces: Scene = {
  title: 'No races between webhook and API',
  happens:
    'Somebody renames a customer twice at Stripe’s dashboard. While a request changes the email here, the two events ' +
    'come: the newer one first, then the older one, and the older one again.',
  elsewhere: 'What comes last wins: the older name is back, and with it the email from before the request.',
  async play(stage, verify) {
    const { id, integrations } = await createTwins(stage, 'Ada First');
    const externalId = String(integrations.stripe.external_id);
    await stage.sandbox('POST', '/webhooks', { mode: 'hold' });
    for (const name of ['Ada Second', 'Ada Third']) await stage.stripe('POST', `/v1/customers/${externalId}`, { name });
    const [older = '', newer = ''] = (await eventsOf(stage, externalId)).slice(-2);
    const [changed] = await Promise.all([
      stage.api('PATCH', `/customers/${id}`, { body: { email: 'ada@new.example.com' } }),
      stage.sandbox('POST', '/webhooks/deliver', { events: [newer, older, older] }),
    ]);
    await stage.sandbox('POST', '/webhooks', { mode: 'deliver' });
    await stage.settle();

    verify('the request was taken', changed.status, 200);
    const here = customerOf(await stage.api('GET', `/customers/${id}`));
    const there = (await readThere(stage)).find((customer) => customer.id === externalId);
    const both = { name: 'Ada Third', email: 'ada@new.example.com' };
    verify('the catalog has the last name and the new email', { name: here.name, email: here.email }, both);
    verify('Stripe has them too', { name: there?.name, email: there?.email }, both);
  },
};

async function eventsOf(stage: Stage, externalId: string): Promise<string[]> {
  type Event = { id: string; data: { object: { id: string } } };
  const { events } = (await stage.sandbox('GET', '/state')) as { events: Event[] };
  return events.filter(({ data }) => data.object.id === externalId).map(({ id }) => id);
}
