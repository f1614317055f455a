import { atRest, LATELY, LONG_AGO } from './gather-world.ts';

type World = Awaited<ReturnType<typeof atRest>>;
type Row = readonly [what: string, make: (world: World) => unknown, isRead: boolean];

const heldBy = (status?: 'running' | 'succeeded') => async (world: World) => {
  await world.setCustomer(world.twins.id, { owner: 'o' });
  if (status !== undefined) await world.putOperation('o', world.twins.id, { status });
};
const bornAt = (ms: number) => (world: World) => world.setCustomer(world.twins.id, { createdAt: world.at(ms) });
const standing = (changes: (at: World['at']) => object) => (world: World) =>
  world.setSync(world.twins.id, changes(world.at));
const linked = (changes: (at: World['at']) => object) => (world: World) =>
  world.setLink(world.twins.externalId, changes(world.at));
const sync = (customerId: string) => ({ type: 'sync', customerId, integration: 'stripe' }) as const;

const CUSTOMERS: readonly Row[] = [
  ['that is as old as that', bornAt(LONG_AGO), true],
  ['that is younger', bornAt(LATELY), false],
  ['that an operation holds', heldBy('running'), false],
  ['that an operation holds which has ended', heldBy('succeeded'), true],
  ['that nobody holds', heldBy(), true],
  ['that has been due for longer', standing((at) => ({ dueAt: at(LONG_AGO) })), true],
  ['that has not been due for so long', standing((at) => ({ dueAt: at(LATELY) })), false],
  ['that is to be tried again', standing((at) => ({ retryAt: at(1) })), false],
  ['whose run is live', standing((at) => ({ runExpiresAt: at(1) })), false],
  ['whose run is over', standing((at) => ({ runExpiresAt: at(0) })), true],
  [
    'that Stripe does not know, and is to be tried again',
    standing((at) => ({ status: 'orphaned', retryAt: at(1) })),
    true,
  ],
  [
    'that Stripe does not know, and is being tried',
    standing((at) => ({ status: 'orphaned', retryAt: at(1), runExpiresAt: at(1) })),
    false,
  ],
  ['that stands nowhere', ({ twins, remove }) => remove(sync(twins.id)), true],
  [
    'that is deleted, and never had a twin',
    async ({ twins, setCustomer, setSync }) => {
      await setCustomer(twins.id, { status: 'deleted' });
      await setSync(twins.id, { externalId: undefined });
    },
    true,
  ],
  ['that only stands', ({ twins, remove }) => remove({ type: 'customer', customerId: twins.id }), true],
  [
    'that is not there',
    async ({ twins, remove }) => {
      await remove(sync(twins.id));
      await remove({ type: 'customer', customerId: twins.id });
    },
    false,
  ],
];

const EXTERNALS: readonly Row[] = [
  ['that is linked', () => {}, true],
  ['that is to be looked at', linked((at) => ({ dueAt: at(LATELY) })), false],
  ['that was to be looked at', linked((at) => ({ dueAt: at(LONG_AGO) })), true],
  ['whose run is live', linked((at) => ({ runExpiresAt: at(1) })), false],
  ['whose customer is held', heldBy(), false],
  ['whose customer is due', standing((at) => ({ dueAt: at(LATELY) })), false],
  ['whose customer stands nowhere', ({ twins, remove }) => remove(sync(twins.id)), true],
  [
    'that names one who is held, and is linked to another',
    async (world) => {
      await linked(() => ({ customerId: world.other.id }))(world);
      await heldBy()(world);
    },
    false,
  ],
  [
    'that names one who is due, and is linked to another',
    async (world) => {
      await linked(() => ({ customerId: world.other.id }))(world);
      await standing((at) => ({ dueAt: at(1) }))(world);
    },
    false,
  ],
  ['that was deleted', ({ twins, dashboard }) => dashboard('DELETE', `/${twins.externalId}`), true],
];

const CLAIMS: readonly Row[] = [
  ['that is held', () => {}, true],
  [
    'that an operation reserves',
    async ({ setClaim, putOperation, twins }) => {
      await setClaim({ operationId: 'o' });
      await putOperation('o', twins.id);
    },
    false,
  ],
  [
    'that an operation has left',
    async ({ setClaim, putOperation, twins }) => {
      await setClaim({ operationId: 'o' });
      await putOperation('o', twins.id, { status: 'compensated' });
    },
    true,
  ],
  ['whose customer is held', heldBy(), false],
  [
    'whose customer was changed lately',
    ({ twins, setCustomer, at }) => setCustomer(twins.id, { updatedAt: at(LATELY) }),
    false,
  ],
  [
    'whose customer was changed before',
    ({ twins, setCustomer, at }) => setCustomer(twins.id, { updatedAt: at(LONG_AGO) }),
    true,
  ],
  ['whose customer is not there', ({ twins, remove }) => remove({ type: 'customer', customerId: twins.id }), true],
  ['that is not there', ({ claim, remove }) => remove(claim), false],
];

const OPERATIONS: readonly Row[] = [
  [
    'that is as old as that',
    ({ twins, putOperation, at }) => putOperation('o', twins.id, { createdAt: at(LONG_AGO) }),
    true,
  ],
  ['that is younger', ({ twins, putOperation, at }) => putOperation('o', twins.id, { createdAt: at(LATELY) }), false],
  ['that is not there', () => {}, false],
];

describe('what is judged, which nothing is that is young or somebody’s work: a', () => {
  it.each([
    ...CUSTOMERS.map((row) => ['customer', ...row] as const),
    ...EXTERNALS.map((row) => ['external', ...row] as const),
    ...CLAIMS.map((row) => ['claim', ...row] as const),
    ...OPERATIONS.map((row) => ['operation', ...row] as const),
  ])('%s %s', async (of, _, make, isRead) => {
    const world = await atRest();
    await make(world);
    const evidence = await world.read(world.subjects[of]);
    expect(evidence?.of).toBe(isRead ? of : undefined);
  });

  it.each([
    ['customer', 'customer', 'customer', ({ twins, setCustomer }: World) => setCustomer(twins.id, { version: 9 })],
    ['customer', 'sync item', 'customer', ({ twins, setSync }: World) => setSync(twins.id, { revision: 9 })],
    ['external', 'link', 'link', ({ twins, setLink }: World) => setLink(twins.externalId, { revision: 9 })],
    ['claim', 'emailClaim', 'emailClaim', ({ setClaim }: World) => setClaim({ state: 'reserved' })],
    ['claim', 'customer', 'customer', ({ twins, setCustomer }: World) => setCustomer(twins.id, { version: 9 })],
    [
      'operation',
      'operation',
      'operation',
      ({ twins, putOperation }: World) => putOperation('o', twins.id, { fence: 9 }),
    ],
  ] as const)('%s whose %s changes while it is read', async (of, _, type, change) => {
    const world = await atRest();
    await world.putOperation('o', world.twins.id, { createdAt: world.at(LONG_AGO) });
    expect(await world.read(world.subjects[of])).toBeDefined();
    expect(
      await world.read(
        world.subjects[of],
        world.meanwhile(type, async () => change(world)),
      ),
    ).toBeUndefined();
  });

  it('a customer of Stripe that is younger, by Stripe’s clock', async () => {
    const world = await atRest();
    const { id: externalId } = await world.dashboard('POST', '', { name: 'Born' });
    const subject = { of: 'external', externalId } as const;
    world.pass(10 * 60_000 - 1_000);
    expect(await world.read(subject)).toBeUndefined();
    world.pass(1_000);
    expect(await world.read(subject)).toMatchObject({ externalId, link: undefined, linked: undefined });
  });
});
