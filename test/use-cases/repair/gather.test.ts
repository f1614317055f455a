import { normalizeEmail } from '#domain/email.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Subject } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

/** As long ago as the grace period is long, and a moment less. */
const [LONG_AGO, LATELY] = [-10 * 60_000, -10 * 60_000 + 1];

/** Two customers on both sides, an hour ago; what is asked for is of the first. */
async function atRest() {
  const world = createRepairWorld();
  const [twins, other] = [await world.twins(), await world.twins()];
  world.pass(HOUR_MS);
  const { deps, store } = world;
  const at = (ms: number) => new Date(deps.clock.nowMs() + ms).toISOString();
  const claim = { type: 'emailClaim', email: normalizeEmail(twins.email) } as const;
  const subjects = {
    customer: { of: 'customer', customerId: twins.id },
    external: { of: 'external', externalId: twins.externalId },
    claim: { of: 'claim', emailHash: deps.digest(claim.email) },
    operation: { of: 'operation', operationId: 'o' },
  } as const satisfies Record<string, Subject>;
  const read = (subject: Subject, others: Partial<typeof deps> = {}) =>
    world.inside(() => gather({ ...deps, ...others }, subject));
  /** Something is done after the first time that this type of record is read. */
  const meanwhile = (type: RecordKey['type'], work: () => Promise<unknown>) => {
    let isDone = false;
    const reading: typeof store.read = async (keys) => {
      const records = await store.read(keys);
      const isIt = !isDone && keys.some((key) => key.type === type);
      if (isIt) isDone = true;
      if (isIt) await work();
      return records;
    };
    return { store: answering(store, { read: reading }) };
  };
  return {
    ...{ ...world, twins, other, at, read, meanwhile, subjects, claim },
    setClaim: (change: object) => world.write({ key: claim, change, when: whatever }),
    /** Asks of Stripe only what is asked below. */
    stripeWith: (answers: Partial<typeof deps.integration>) => ({ integration: answering(deps.integration, answers) }),
  };
}
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

describe('what it is judged by', () => {
  it('of a customer: all that names it, and all that it names', async () => {
    const { read, subjects, twins, at } = await atRest();
    const { id, externalId, email } = twins;
    expect(await read({ ...subjects.customer, hint: 'cus_hint' } as Subject)).toMatchObject({
      ...{ of: 'customer', customerId: id, now: at(0), overdueAt: at(LONG_AGO), hint: 'cus_hint', changes: 1 },
      ...{ customer: { id, email }, sync: { externalId }, claim: { customerId: id }, link: { customerId: id } },
      twin: { externalId, owner: { customerId: id } },
      ...{ isTwinUnused: false, holderId: undefined, claimant: undefined, linkedSync: undefined },
      ...{ operation: undefined, attempt: undefined, claimOperation: undefined },
    });
  });

  it('of a customer: who has its claim, its link and its email in Stripe, when others have', async () => {
    const world = await atRest();
    const { read, subjects, twins, other } = world;
    await world.setLink(twins.externalId, { customerId: other.id });
    await world.dashboard('POST', `/${twins.externalId}`, { email: other.email });
    await world.setClaim({ customerId: other.id, operationId: 'p' });
    await world.putOperation('p', other.id, { status: 'succeeded' });
    await world.setCustomer(twins.id, { owner: 'q' });
    await world.putOperation('q', twins.id, { status: 'compensated' });
    await world.setSync(twins.id, { attemptKey: `${twins.id}:1` });
    expect(await read(subjects.customer)).toMatchObject({
      ...{ claimant: { id: other.id }, linkedSync: { externalId: other.externalId }, holderId: other.id },
      ...{ claimOperation: { id: 'p' }, operation: { id: 'q' }, attempt: { outcome: 'accepted' } },
    });
  });

  it.each([
    ['its own, written otherwise', (email: string) => email.toUpperCase()],
    ['nobody’s', () => 'nobody-has@example.com'],
    ['none', () => ''],
  ])('of a customer: nobody has the email in Stripe that is %s', async (_, emailOf) => {
    const { read, subjects, twins, dashboard } = await atRest();
    await dashboard('POST', `/${twins.externalId}`, { email: emailOf(twins.email) });
    expect(await read(subjects.customer)).toMatchObject({ holderId: undefined });
  });

  it('of a customer: whether Stripe knows its twin, if it has one', async () => {
    const { read, subjects, twins, setSync } = await atRest();
    await setSync(twins.id, { externalId: 'cus_unknown' });
    expect(await read(subjects.customer)).toMatchObject({ twin: 'unknown' });
    await setSync(twins.id, { externalId: undefined });
    expect(await read(subjects.customer)).toMatchObject({ twin: undefined });
  });

  it('of a tombstone: whether its twin was ever used, which is asked of no other', async () => {
    const { read, subjects, twins, setCustomer, stripeWith, subscribe, dashboard } = await atRest();
    const never = stripeWith({ isUnused: () => Promise.reject(new Error('It was asked.')) });
    expect(await read(subjects.customer, never)).toMatchObject({ isTwinUnused: false });
    await setCustomer(twins.id, { status: 'deleted' });
    expect(await read(subjects.customer)).toMatchObject({ isTwinUnused: true });
    await subscribe(twins.externalId);
    expect(await read(subjects.customer)).toMatchObject({ isTwinUnused: false });
    await dashboard('DELETE', `/${twins.externalId}`);
    expect(await read(subjects.customer, never)).toMatchObject({ isTwinUnused: false });
  });

  it('of a customer: how many changes are told, however many entries there are', async () => {
    const { read, subjects, twins, write } = await atRest();
    const entry = (n: number, before: object | null, after: object | null) =>
      write({
        key: { type: 'audit', customerId: twins.id, entryId: `2026-02#${String(n).padStart(3, '0')}` },
        ...{ put: { at: '2026-02', cause: 'api', before, after }, when: whatever },
      } as never);
    for (let n = 0; n < 60; n += 1) await entry(n, { name: `N${n}`, email: null }, { name: `N${n + 1}`, email: null });
    for (let n = 60; n < 110; n += 1) await entry(n, { name: 'N60', email: null }, { name: 'N60', email: null });
    await entry(110, { name: 'N60', email: null }, { name: 'N60', email: 'new@example.com' });
    await entry(111, { name: 'N60', email: 'new@example.com' }, null);
    expect(await read(subjects.customer)).toMatchObject({ changes: 1 + 60 + 2 });
  });

  it('of a customer of Stripe: whom its link and its metadata name, and whether it was ever used if that is nobody', async () => {
    const { read, subjects, twins, stripeWith, marked, pass, putOperation, write, at } = await atRest();
    const never = stripeWith({ isUnused: () => Promise.reject(new Error('It was asked.')) });
    expect(await read(subjects.external, never)).toMatchObject({
      ...{ of: 'external', now: at(0), overdueAt: at(LONG_AGO), external: { externalId: twins.externalId } },
      ...{ link: { customerId: twins.id }, linked: { customer: { id: twins.id }, sync: { status: 'synced' } } },
      named: { customerId: twins.id, customer: { id: twins.id }, attempt: { outcome: 'accepted' } },
      isUnused: false,
    });
    const doubled = { of: 'external', externalId: await marked(twins.id, 'p') } as const;
    const orphan = { of: 'external', externalId: await marked('nobody', 'k') } as const;
    await putOperation('p', twins.id, { status: 'succeeded' });
    await write({
      key: { type: 'attempt', customerId: 'nobody', key: 'k' },
      put: { kind: 'create', fields: {}, version: 1, since: at(0), lastSentAt: at(0), outcome: 'open' },
      when: whatever,
    });
    pass(HOUR_MS);
    expect(await read(doubled, never)).toMatchObject({ linked: undefined, named: { operation: { id: 'p' } } });
    expect(await read(orphan)).toMatchObject({ isUnused: true, named: { attempt: { outcome: 'open' } } });
  });

  it('of a customer of Stripe that is another’s, or gone: nobody whom it names', async () => {
    const { read, marked, pass, subjects, dashboard, twins } = await atRest();
    const foreign = { of: 'external', externalId: await marked('theirs', 'o', 'elsewhere') } as const;
    pass(HOUR_MS);
    expect(await read(foreign)).toMatchObject({ named: undefined, isUnused: false });
    await dashboard('DELETE', `/${twins.externalId}`);
    expect(await read(subjects.external)).toMatchObject({ external: undefined, named: undefined });
  });

  it('of a claim: whom it names, and whether that one has its email', async () => {
    const { read, subjects, twins, setCustomer, putOperation, setClaim } = await atRest();
    await putOperation('o', twins.id, { status: 'compensated' });
    await setClaim({ operationId: 'o' });
    expect(await read(subjects.claim)).toMatchObject({
      ...{ claim: { customerId: twins.id }, customer: { id: twins.id }, isItsEmail: true, operation: { id: 'o' } },
    });
    await setCustomer(twins.id, { email: 'other@example.com' });
    expect(await read(subjects.claim)).toMatchObject({ isItsEmail: false });
    await setCustomer(twins.id, { email: null });
    expect(await read(subjects.claim)).toMatchObject({ isItsEmail: false });
  });

  it('of an operation: whom it is about', async () => {
    const { read, subjects, twins, putOperation, at } = await atRest();
    await putOperation('o', twins.id, { createdAt: at(LONG_AGO) });
    expect(await read(subjects.operation)).toMatchObject({ operation: { id: 'o' }, customer: { id: twins.id } });
  });
});
