import { cleanupOrphaned } from '#use-cases/repair/cleanup-orphaned.ts';
import { reasonToRefuse } from '#use-cases/repair/guard.ts';
import { validateOnSchedule } from '#use-cases/repair/validate.ts';
import { overtaken } from './cleaning.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld, whatever } from './repair-world.ts';

const NOW = { isDryRun: false, deadlineMs: Number.POSITIVE_INFINITY };
const scheduled = (world: RepairWorld) => world.inside(() => validateOnSchedule({ ...world.deps, runs: world.runs }));
const setKnown = (world: RepairWorld, change: object) =>
  world.write({ key: { type: 'reconciliation' }, change, when: whatever });
const refused = expect.objectContaining({ problem: expect.objectContaining({ type: 'reconciliation-refused' }) });

/** A drift that is repaired when nothing forbids it. */
async function drifted() {
  const world = createRepairWorld();
  const twins = [await world.twins(), await world.twins(), await world.twins()] as const;
  world.pass(HOUR_MS);
  await scheduled(world);
  await world.dashboard('POST', `/${twins[0].externalId}`, { name: 'Renamed' });
  return { world, twins };
}

describe('fix', () => {
  it('repairs what is asked for by customer, and nothing else', async () => {
    const { world, twins } = await drifted();
    await world.dashboard('POST', `/${twins[1].externalId}`, { name: 'Renamed too' });
    const { fixed } = await world.fix({ customerIds: [twins[1].id] });
    expect(fixed.map(({ customerId }) => customerId)).toEqual([twins[1].id]);
    expect(await world.kinds()).toEqual(['name-drift']);
  });

  it.each([
    ['the key is of another account', { account: 'acct_another' }],
    ['the key is of another mode', { isLive: true }],
    ['Stripe had far more customers before', { stripeCustomers: 100 }],
    ['the catalog had far more customers before', { catalogCustomers: 100 }],
  ])('does nothing when %s', async (_, known) => {
    const { world } = await drifted();
    await setKnown(world, known);
    const before = JSON.stringify(world.store.dump());
    await expect(world.fix()).rejects.toEqual(refused);
    await expect(world.inside(() => cleanupOrphaned(world.deps, NOW))).rejects.toEqual(refused);
    const withoutLeases = JSON.stringify(world.store.dump());
    expect(withoutLeases).toBe(before);
    expect(await world.kinds()).toEqual(['name-drift']);
  });

  it('does its work when none of that is so', async () => {
    const { world } = await drifted();
    expect((await world.fix()).fixed).toHaveLength(1);
  });

  it('believes that customers are gone when they are gone from both sides', () => {
    const known = { catalogCustomers: 10, stripeCustomers: 10, step: 1 };
    expect(reasonToRefuse(known, { catalogCustomers: 1, stripeCustomers: 0 })).toBeUndefined();
    expect(reasonToRefuse(known, { catalogCustomers: 10, stripeCustomers: 0 })).toMatch(/Stripe has 0/);
  });

  it('gives a customer without a sync item the Stripe customer that its link names, not one that is only marked', async () => {
    const { world, twins } = await drifted();
    const [, { id, externalId }] = twins;
    await world.marked(id);
    await world.remove({ type: 'sync', customerId: id, integration: 'stripe' });
    world.pass(HOUR_MS);
    await world.fix();
    expect((await world.sync(id)).externalId).toBe(externalId);
    expect(await world.kinds()).toEqual(['stripe-customer-doubled']);
  });

  it('is one at a time, and a dry run stands aside', async () => {
    const { world } = await drifted();
    const lease = await world.deps.leases.tryAcquire(['fix'], 'another', 60_000);
    await expect(world.fix()).rejects.toEqual(refused);
    expect((await world.fix({ isDryRun: true })).fixed).toHaveLength(1);
    if (lease !== undefined) await world.deps.leases.release(lease);
    expect((await world.fix()).fixed).toHaveLength(1);
  });
});

describe('the grace period', () => {
  it('leaves customers alone that are younger, on either side', async () => {
    const world = createRepairWorld();
    const { externalId } = await world.twins();
    await world.dashboard('POST', `/${externalId}`, { name: 'Renamed' });
    await world.dashboard('POST', '', { name: 'Born there' });
    await world.marked('nobody');
    world.pass(9 * 60_000);
    expect(await world.kinds()).toEqual([]);
    expect((await world.fix()).fixed).toEqual([]);
    world.pass(2 * 60_000);
    expect(await world.kinds()).toEqual(['name-drift', 'never-imported', 'stripe-orphan']);
  });

  it('leaves a customer alone that an unfinished operation holds', async () => {
    const { world, twins } = await drifted();
    const [{ id }] = twins;
    await world.setCustomer(id, { owner: 'op' });
    await world.putOperation('op', id, { dueAt: new Date(world.deps.clock.nowMs()).toISOString() });
    expect(await world.kinds()).toEqual([]);
    expect((await world.fix()).fixed).toEqual([]);
  });

  it('leaves a customer alone that is owed to Stripe, or whose run is live', async () => {
    const { world, twins } = await drifted();
    const soon = new Date(world.deps.clock.nowMs() + 1_000).toISOString();
    await world.setSync(twins[0].id, { dueAt: soon });
    expect(await world.kinds()).toEqual([]);
    await world.setSync(twins[0].id, { dueAt: undefined, runId: 'run', runExpiresAt: soon });
    expect(await world.kinds()).toEqual([]);
  });

  it('does not call an agreed difference drift, nor a recorded conflict', async () => {
    const { world, twins } = await drifted();
    await world.fix();
    await world.dashboard('POST', `/${twins[0].externalId}`, { email: twins[1].email });
    expect(await world.kinds()).toEqual(['stripe-email-shared']);
    await world.fix();
    expect((await world.sync(twins[0].id)).status).toBe('conflict');
    expect(await world.kinds()).toEqual([]);
  });
});

describe('cleanup-orphaned', () => {
  it('deletes what is provably ours and unused, keeps the rest and says why', async () => {
    const { world, twins } = await drifted();
    const orphan = await world.marked('nobody');
    const used = await world.marked('nobody-else');
    await world.subscribe(used);
    const paid = await world.marked('nobody-who-paid');
    await world.pay(paid);
    const foreign = await world.marked('theirs', 'x', 'production');
    const doubled = await world.marked(twins[2].id);
    world.pass(HOUR_MS);
    const young = await world.marked('nobody-yet');

    const dry = await world.inside(() => cleanupOrphaned(world.deps, { ...NOW, isDryRun: true }));
    expect(dry).toMatchObject({ integration: 'stripe', found: 4, cleaned: 0, remaining: 1 });
    expect(world.sandbox.state.customers.get(orphan)?.deleted).toBe(false);

    const report = await world.inside(() => cleanupOrphaned(world.deps, NOW));
    expect(report).toMatchObject({ found: 4, cleaned: 1, remaining: 0 });
    const kept = new Map(report.kept.map(({ issue, reason }) => [issue.externalId, reason]));
    expect(kept.get(used)).toMatch(/subscription/);
    expect(kept.get(paid)).toMatch(/payment/);
    expect(kept.get(doubled)).toMatch(/only a person/);
    expect(
      [orphan, used, paid, foreign, doubled, young].filter((id) => world.sandbox.state.customers.get(id)?.deleted),
    ).toEqual([orphan]);
    expect(await world.inside(() => cleanupOrphaned(world.deps, NOW))).toMatchObject({ found: 3, cleaned: 0 });
  });

  it('keeps one that is made use of between the plan and the delete', async () => {
    const { world } = await drifted();
    const orphan = await world.marked('nobody');
    world.pass(HOUR_MS);
    const store = overtaken(
      world.store,
      ({ key }) => key.type === 'link',
      async () => world.subscribe(orphan),
    );
    const report = await world.inside(() => cleanupOrphaned({ ...world.deps, store }, NOW));
    expect(report).toMatchObject({ found: 1, cleaned: 0, kept: [{ reason: expect.stringMatching(/subscription/) }] });
    expect(world.sandbox.state.customers.get(orphan)?.deleted).toBe(false);
  });

  it('gives a customer that Stripe does not know a new one there', async () => {
    const { world, twins } = await drifted();
    const [, { id, externalId }] = twins;
    await world.dashboard('DELETE', `/${externalId}`);
    await world.remove({ type: 'link', integration: 'stripe', externalId });
    await world.setSync(id, { externalId: 'cus_unknown', status: 'orphaned' });
    expect(await world.inside(() => cleanupOrphaned(world.deps, NOW))).toMatchObject({ found: 1, cleaned: 1 });
    expect(await world.sync(id)).toMatchObject({ status: 'synced', externalId: expect.not.stringMatching(externalId) });
    expect(await world.kinds()).toEqual(['name-drift']);
  });
});

describe('the scheduled comparison', () => {
  it('keeps its report, is one at a time, and makes good what events had told in vain', async () => {
    const { world } = await drifted();
    await world.write({
      key: { type: 'eventPosition' },
      put: { through: '2026', unreadSince: '2025', step: 3 },
      when: { is: 'absent' },
    });
    expect(await scheduled(world)).toMatchObject({ consistent: false, issueCount: 1 });
    const [known, position] = await world.store.read([{ type: 'reconciliation' }, { type: 'eventPosition' }]);
    expect(known).toMatchObject({ catalogCustomers: 3, stripeCustomers: 3, isLive: false, report: { issueCount: 1 } });
    expect(known?.account).toMatch(/^acct_/);
    expect(position).toEqual({ through: '2026', step: 4 });
    await world.deps.leases.tryAcquire(['validate-consistency'], 'another', 60_000);
    expect(await scheduled(world)).toEqual({ skipped: true });
  });
});
