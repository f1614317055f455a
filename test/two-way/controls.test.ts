import { hold, letGo, SYNC } from '../faults/telling.ts';
import { dashboard } from '../stack/dashboard.ts';
import { type PlantedBug, withPlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { bothSides, callsOfSync, createTwins, overruled } from './told.ts';

/** Each answers whether the promise that it is about was kept. */
const STORIES = {
  async 'an edit in Stripe comes over'(stack: Stack) {
    const twins = await createTwins(stack, 'edited@example.com');
    await dashboard(stack).customers.update(twins.externalId, { name: 'There' });
    await stack.settle();
    return (await bothSides(stack, twins)).here.name === 'There';
  },

  async 'a deletion in Stripe comes over'(stack: Stack) {
    const twins = await createTwins(stack, 'deleted@example.com');
    await dashboard(stack).customers.del(twins.externalId);
    await stack.settle();
    return (await stack.call('GET', twins.path)).status === 404;
  },

  async 'our own write, coming back, asks Stripe nothing'(stack: Stack) {
    const twins = await createTwins(stack, 'own@example.com');
    const calls = await callsOfSync(stack, () => stack.call('PATCH', twins.path, { body: { name: 'Here' } }));
    return calls.filter(({ service }) => service === 'stripe').length === 2;
  },

  async 'a value that our write replaced unseen is audited'(stack: Stack) {
    const twins = await createTwins(stack, 'unseen@example.com');
    const send = { function: SYNC, service: 'stripe', action: 'POST /v1/customers/{id}' };
    await hold(stack, send, () => stack.call('PATCH', twins.path, { body: { name: 'Here' } }));
    await dashboard(stack).customers.update(twins.externalId, { name: 'There' });
    await letGo(stack);
    return (await overruled(stack, twins)).length === 1;
  },

  async 'an email that another customer has stays with it'(stack: Stack) {
    const holder = await createTwins(stack, 'holder@example.com');
    const twins = await createTwins(stack, 'wanting@example.com');
    await dashboard(stack).customers.update(twins.externalId, { email: holder.email });
    await stack.settle();
    const { body } = await stack.call('GET', twins.path);
    return (body['integrations'] as { stripe: { sync_status: string } }).stripe.sync_status === 'conflict';
  },
};

type Promised = keyof typeof STORIES;

/** Guards that do not hide one another's loss share a stack. */
const CONTROLS: readonly { readonly bugs: readonly PlantedBug[]; readonly broken: readonly Promised[] }[] = [
  {
    bugs: [
      {
        file: 'lib/use-cases/sync/echo.ts',
        guard: 'const own = ownWrite(event, attempt, operation);',
        without: 'const own = Number(0) ? ownWrite(event, attempt, operation) : undefined;',
      },
      {
        file: 'lib/use-cases/sync/sync-customer.ts',
        guard: 'if (twin?.isDeleted === true) return endGone(deps, run);',
        without: '',
      },
      {
        file: 'lib/use-cases/sync/decide.ts',
        guard: 'if (blocked === undefined) return undefined;',
        without: 'if (Number(1) || blocked === undefined) return undefined;',
      },
    ],
    broken: [
      'a deletion in Stripe comes over',
      'our own write, coming back, asks Stripe nothing',
      'a value that our write replaced unseen is audited',
      'an email that another customer has stays with it',
    ],
  },
  {
    bugs: [
      {
        file: 'lib/use-cases/sync/run.ts',
        guard: 'const isNews = cause.eventIds.some(',
        without: 'const isNews = Number(0) && cause.eventIds.some(',
      },
    ],
    broken: ['an edit in Stripe comes over', 'a deletion in Stripe comes over'],
  },
];

describe('what is promised of changes in Stripe', () => {
  it('is kept', async () => {
    const stack = await startStack();
    for (const [name, story] of Object.entries(STORIES)) expect([name, await story(stack)]).toEqual([name, true]);
    await stack.stop();
  });

  it.each(CONTROLS)('is broken without its guards: $broken', async ({ bugs, broken }) => {
    await withPlantedBug(bugs, async (stack) => {
      for (const name of broken) expect([name, await STORIES[name](stack).catch(() => false)]).toEqual([name, false]);
    });
  });
});
