import { createSyncWorld, rested } from './sync-world.ts';

type Rested = Awaited<ReturnType<typeof rested>>;

/** What happens while Stripe is being read. */
function whileReading({ deps }: Pick<Rested, 'deps'>, happen: () => Promise<void>) {
  const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
    await happen();
    return deps.integration.findCustomer(externalId);
  };
  return { answers: { findCustomer } };
}

describe('a run that ends', () => {
  it.each([
    ['has found nothing to do', async () => {}],
    [
      'would take what was changed there',
      ({ dashboard, externalId }: Rested) => dashboard('POST', `/${externalId}`, { name: 'Janet' }),
    ],
    ['would end it', ({ dashboard, externalId }: Rested) => dashboard('DELETE', `/${externalId}`)],
  ])('decides afresh about a customer that has changed since it began: it %s', async (_, change) => {
    const world = await rested();
    const { run, id, setCustomer, customer, sync, pokes, at, stood } = world;
    await change(world);
    const how = whileReading(world, () => setCustomer(id, { name: 'Ours', version: 7 }));
    expect(await run(id, ['evt_1'], how)).toBe('owed');
    expect(await customer(id)).toMatchObject({ name: 'Ours', status: 'active', version: 7 });
    expect(await sync(id)).toEqual({ ...stood, revision: 2, tries: 1, dueAt: at() });
    expect(pokes).toEqual([{ customerId: id }]);
  });

  it('decides afresh also when that happens while it honours who has asked to look again, who still asks', async () => {
    const world = await rested();
    const { run, id, externalId, dashboard, setCustomer, setSync, customer, sync, pokes, meanwhile, at, stood } = world;
    await dashboard('DELETE', `/${externalId}`);
    const how = whileReading(world, () => setSync(id, { lookAgain: true }));
    // It begins, is refused by who asked, and is about to end in spite of that.
    const deps = meanwhile(() => setCustomer(id, { version: 7 }), 3);
    expect(await run(id, ['evt_1'], { ...how, deps: { ...deps } })).toBe('owed');
    expect((await customer(id))?.status).toBe('active');
    // An operation may have begun since and be who asked: what is due is over when it ends, but not whom it has asked for.
    const again = { revision: 2, tries: 1, dueAt: at(), lookAgain: true };
    expect([await sync(id), pokes]).toEqual([{ ...stood, ...again }, [{ customerId: id }]]);
  });

  it('leaves it at that when nothing tells any more how the customer stands', async () => {
    const world = await rested();
    const { run, id, remove, sync, pokes } = world;
    const how = whileReading(world, () => remove({ type: 'sync', customerId: id, integration: 'stripe' }));
    expect(await run(id, ['evt_1'], how)).toBe('owed');
    expect([await sync(id), pokes]).toEqual([undefined, []]);
  });

  it('ends one without an email when it was deleted there', async () => {
    const { run, id, externalId, dashboard, setCustomer, customer } = await rested();
    await setCustomer(id, { email: null });
    await dashboard('DELETE', `/${externalId}`);
    expect([await run(id, ['evt_1']), (await customer(id))?.status]).toEqual(['agreed', 'deleted']);
  });
});

describe('a twin that was made', () => {
  async function made(
    happen: (world: ReturnType<typeof createSyncWorld>, id: string, externalId: string) => Promise<void>,
  ) {
    const world = createSyncWorld();
    const { deps, untwinned, inside } = world;
    const id = await untwinned('jane@example.com');
    let externalId = '';
    const createCustomer: typeof deps.integration.createCustomer = async (...asked) => {
      const outcome = await inside(() => deps.integration.createCustomer(...asked));
      if (outcome.is === 'accepted') externalId = outcome.value.externalId;
      await happen(world, id, externalId);
      return outcome;
    };
    const result = await world.run(id, [], { answers: { createCustomer } }).catch((error: Error) => error.message);
    return { ...world, id, externalId, result };
  }

  it('does not take the place of one that the customer has got meanwhile', async () => {
    const { result, id, externalId, sync, link, pokes } = await made((world, customerId) =>
      world.setSync(customerId, { externalId: 'cus_other' }),
    );
    expect([result, await link(externalId), pokes]).toEqual(['owed', undefined, []]);
    expect(await sync(id)).toMatchObject({ status: 'pending', externalId: 'cus_other', attemptKey: `${id}:1` });
  });

  it('and was looked at before it was linked, is looked at again', async () => {
    const { result, id, externalId, sync, link, pokes, at } = await made((world, _, externalId) =>
      world.setLink(externalId, { revision: 1 }),
    );
    expect([result, await link(externalId), pokes]).toEqual([
      'owed',
      { customerId: id, revision: 1 },
      [{ customerId: id }],
    ]);
    expect(await sync(id)).toMatchObject({ status: 'pending', externalId, dueAt: at(), apartSince: at() });
    expect(await sync(id)).not.toHaveProperty('attemptKey');
  });

  it('is left to the next run when what came of its attempt stands there already', async () => {
    const { result, id, sync } = await made((world, customerId) =>
      world.write({
        key: { type: 'attempt', customerId, key: `${customerId}:1` },
        ...{ change: { outcome: 'accepted' }, when: { is: 'equal', field: 'outcome', value: 'open' } },
      }),
    );
    expect(result).toContain('cannot be recorded: attempt refused');
    expect(await sync(id)).toMatchObject({ attemptKey: `${id}:1`, runId: expect.any(String) });
  });
});
