import { IntegrationUnavailableError } from '#ports/integration.ts';
import type { CustomerEvidence } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import { deleteOrphan, deleteTwin, USED } from '#use-cases/repair/repairs/delete-in-stripe.ts';
import { FIXED, MOVED, type RepairDeps } from '#use-cases/repair/repairs/repair.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { moduleWith } from '../../simulation/planted.ts';
import { answering } from '../answering.ts';
import { ofExternal } from './evidence.ts';

const GRACE_MS = 10 * 60_000;
const skipped = (reason: string) => ({ is: 'skipped', reason });
const AT_WORK = 'Somebody is at work on it.';
const UNMARKED = 'Its metadata does not say that we made it.';
const CLAIMED = 'A live customer claims it.';

describe('the twin of a tombstone', () => {
  async function tombstone() {
    const world = createRepairWorld();
    const twins = await world.twins();
    await world.remove({ type: 'emailClaim', emailHash: world.deps.digest(twins.email) });
    await world.setCustomer(twins.id, { status: 'deleted', name: null, email: null, listKey: undefined });
    await world.setSync(twins.id, { isGone: true, base: undefined });
    world.pass(HOUR_MS);
    const read = async () =>
      (await world.inside(() => gather(world.deps, { of: 'customer', customerId: twins.id }))) as CustomerEvidence;
    const erase = async (evidence?: CustomerEvidence, by = deleteTwin) => {
      const found = evidence ?? (await read());
      return world.inside(() => by(world.deps, found));
    };
    const isThere = () => world.sandbox.state.customers.get(twins.externalId)?.deleted === false;
    return { ...world, ...twins, read, erase, isThere };
  }
  type World = Awaited<ReturnType<typeof tombstone>>;

  it('is deleted when nobody has used it', async () => {
    const { erase, isThere, sync, id } = await tombstone();
    expect([await erase(), isThere()]).toEqual([FIXED, false]);
    expect(await sync(id)).toMatchObject({ status: 'synced', isGone: true });
  });

  const NOT_ITS_OWN = 'Its metadata does not say that it is of this customer.';
  it.each([
    ['a subscription', (world: World) => world.subscribe(world.externalId), USED],
    ['a payment', (world: World) => world.pay(world.externalId), USED],
    [
      'the mark of another customer',
      (w: World) => w.dashboard('POST', `/${w.externalId}`, { 'metadata[concord_customer_id]': 'another' }),
      NOT_ITS_OWN,
    ],
    ['no mark', (w: World) => w.dashboard('POST', `/${w.externalId}`, { metadata: '' }), NOT_ITS_OWN],
    [
      'the mark of another deployment',
      (w: World) => w.dashboard('POST', `/${w.externalId}`, { 'metadata[concord_stage]': 'elsewhere' }),
      NOT_ITS_OWN,
    ],
  ])('stays when it has %s', async (_, make, reason) => {
    const world = await tombstone();
    await make(world);
    const before = JSON.stringify(world.store.dump());
    expect([await world.erase(), world.isThere()]).toEqual([skipped(reason), true]);
    expect(JSON.stringify(world.store.dump())).toBe(before);
  });

  it('stays when it is used, whoever asks for its deletion by name', async () => {
    const { fix, subscribe, externalId, isThere } = await tombstone();
    await subscribe(externalId);
    const { fixed, skipped: kept } = await fix({ kinds: ['tombstone-alive'] });
    expect([fixed, kept, isThere()]).toMatchObject([[], [{ reason: USED }], true]);
  });

  it('would be deleted then, if nobody asked whether it is used', async () => {
    const bug = {
      ...{ file: 'lib/use-cases/repair/repairs/delete-in-stripe.ts', without: '' },
      guard: 'if (!isTwinUnused) return skipped(USED);',
    };
    const planted = await moduleWith<typeof import('#use-cases/repair/repairs/delete-in-stripe.ts')>(bug.file, [bug]);
    const { erase, subscribe, externalId, isThere } = await tombstone();
    await subscribe(externalId);
    expect([await erase(undefined, planted.deleteTwin), isThere()]).toEqual([FIXED, false]);
  });

  it('stays when anything of it has changed since it was looked at', async () => {
    const { erase, read, setSync, setCustomer, id, isThere } = await tombstone();
    const evidence = await read();
    await setSync(id, { revision: 99 });
    expect(await erase(evidence)).toEqual(MOVED);
    await setCustomer(id, { status: 'active' });
    const sync = evidence.sync && { ...evidence.sync, revision: 99 };
    expect(await erase({ ...evidence, sync })).toEqual(MOVED);
    expect(await erase({ ...evidence, sync: undefined })).toEqual(MOVED);
    expect(await erase({ ...evidence, twin: 'unknown' })).toEqual(MOVED);
    expect(isThere()).toBe(true);
  });
});

describe('a customer of Stripe that we made', () => {
  /** For a customer of this id by this operation, an hour ago. */
  async function made(customerId = 'nobody', operationId = 'o', stage = 'simulated') {
    const world = createRepairWorld();
    const twins = await world.twins();
    const externalId = await world.marked(customerId === 'twin' ? twins.id : customerId, operationId, stage);
    world.pass(HOUR_MS);
    const erase = (deps: Partial<RepairDeps> = {}) =>
      world.inside(() => deleteOrphan({ ...world.deps, ...deps }, ofExternal({ externalId })));
    const isThere = () => world.sandbox.state.customers.get(externalId)?.deleted === false;
    const linkOf = async () => (await world.store.read([{ type: 'link', integration: 'stripe', externalId }]))[0];
    return { ...world, id: twins.id, externalId, erase, isThere, linkOf };
  }
  type World = Awaited<ReturnType<typeof made>>;
  const soon = ({ deps }: World) => new Date(deps.clock.nowMs() + 1).toISOString();

  it.each([
    ['for nobody', () => made()],
    [
      'by an operation that has ended',
      async () => {
        const world = await made();
        await world.putOperation('o', 'nobody', { status: 'compensated' });
        return world;
      },
    ],
    ['as the second of a customer', () => made('twin')],
    [
      'for a tombstone',
      async () => {
        const world = await made('twin');
        await world.setCustomer(world.id, { status: 'deleted' });
        await world.setSync(world.id, { externalId: undefined });
        return world;
      },
    ],
    [
      'for one that was due long ago, and has another',
      async () => {
        const world = await made('twin');
        await world.setSync(world.id, { dueAt: new Date(world.deps.clock.nowMs() - GRACE_MS).toISOString() });
        return world;
      },
    ],
  ])('%s is deleted, and nothing is owed then', async (_, make) => {
    const world = await make();
    expect([await world.erase(), world.isThere()]).toEqual([FIXED, false]);
    expect(await world.linkOf()).toEqual({ revision: 1 });
  });

  it.each<readonly [string, () => Promise<World>, string, (world: World) => unknown]>([
    ['was deleted', made, 'It is gone already.', (w) => w.dashboard('DELETE', `/${w.externalId}`)],
    ['has lost its mark', made, UNMARKED, (w) => w.dashboard('POST', `/${w.externalId}`, { metadata: '' })],
    ['is another deployment’s', () => made('nobody', 'o', 'elsewhere'), UNMARKED, () => {}],
    ['is used', made, USED, (w) => w.subscribe(w.externalId)],
    ['is of a customer that is held', () => made('twin'), AT_WORK, (w) => w.setCustomer(w.id, { owner: 'o' })],
    ['is of a customer that is due', () => made('twin'), AT_WORK, (w) => w.setSync(w.id, { dueAt: soon(w) })],
    [
      'is of a customer whose run is live',
      () => made('twin'),
      AT_WORK,
      (w) => w.setSync(w.id, { runExpiresAt: soon(w) }),
    ],
    ['is of an operation that has not ended', made, AT_WORK, (w) => w.putOperation('o', 'nobody')],
    [
      'is of an attempt that is open',
      made,
      AT_WORK,
      (w) =>
        w.write({
          key: { type: 'attempt', customerId: 'nobody', key: 'o' },
          put: { kind: 'create', fields: {}, version: 1, since: '2026', lastSentAt: '2026', outcome: 'open' },
          when: whatever,
        }),
    ],
    ['is the only one of its customer', () => made('twin'), CLAIMED, (w) => w.setSync(w.id, { externalId: undefined })],
    ['is its customer’s', () => made('twin'), CLAIMED, (w) => w.setSync(w.id, { externalId: w.externalId })],
    [
      'is of a customer that stands nowhere',
      () => made('twin'),
      CLAIMED,
      (w) => w.remove({ type: 'sync', customerId: w.id, integration: 'stripe' }),
    ],
  ])('stays when it %s', async (_, make, reason, change) => {
    const world = await make();
    await change(world);
    const wasThere = world.isThere();
    expect([await world.erase(), world.isThere()]).toEqual([skipped(reason), wasThere]);
    expect(await world.linkOf()).toEqual({ revision: 1 });
  });

  it('is gone already when Stripe has never known it', async () => {
    const { erase, deps } = await made();
    const integration = answering(deps.integration, { findCustomer: async () => undefined });
    expect(await erase({ integration })).toEqual(skipped('It is gone already.'));
  });

  it('stays until the grace period is over', async () => {
    const { erase, isThere, deps, externalId } = await made();
    const aged = (ms: number) => {
      const createdAt = new Date(deps.clock.nowMs() - ms).toISOString();
      const findCustomer: typeof deps.integration.findCustomer = async (asked) => {
        const found = await deps.integration.findCustomer(asked);
        return found && { ...found, createdAt };
      };
      return { integration: answering(deps.integration, { findCustomer }) };
    };
    expect(await erase(aged(GRACE_MS - 1))).toEqual(skipped('It is younger than the grace period.'));
    const ageless = { externalId, name: null, email: null, isDeleted: false } as const;
    const findCustomer = async () => ({ ...ageless, owner: { customerId: 'nobody', operationId: 'o' } });
    expect(await erase({ integration: answering(deps.integration, { findCustomer }) })).toEqual(
      skipped('It is younger than the grace period.'),
    );
    expect(isThere()).toBe(true);
    expect([await erase(aged(GRACE_MS)), isThere()]).toEqual([FIXED, false]);
  });

  it.each([
    ['linked by now', { customerId: 'somebody' }],
    ['being looked at', { revision: 3, runId: 'another', runExpiresAt: '2027' }],
  ])('stays when it is %s', async (_, link) => {
    const { erase, setLink, externalId, isThere } = await made();
    await setLink(externalId, link);
    expect([await erase(), isThere()]).toEqual([MOVED, true]);
  });

  it('stays when Stripe refuses, or does not say what it did, and is free to be looked at again', async () => {
    const { erase, deps, linkOf } = await made();
    const answers = (outcome: Awaited<ReturnType<typeof deps.integration.deleteCustomer>>) => ({
      integration: answering(deps.integration, { deleteCustomer: async () => outcome }),
    });
    expect(await erase(answers({ is: 'rejected', reason: 'not that one' }))).toEqual({
      ...{ is: 'failed', reason: 'not that one' },
    });
    expect(await erase(answers({ is: 'failed', error: 'a 500', replayed: false }))).toEqual({
      ...{ is: 'failed', reason: 'a 500' },
    });
    expect(await linkOf()).toEqual({ revision: 2 });
  });

  it('is looked at again later when Stripe does not answer', async () => {
    const { erase, deps, linkOf } = await made();
    const findCustomer = () => Promise.reject(new IntegrationUnavailableError());
    await expect(erase({ integration: answering(deps.integration, { findCustomer }) })).rejects.toThrow(
      IntegrationUnavailableError,
    );
    expect(await linkOf()).toEqual({ revision: 1, tries: 1, dueAt: expect.any(String) });
  });
});
