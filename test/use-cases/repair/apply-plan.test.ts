import { normalizeEmail } from '#domain/email.ts';
import { applyPlan, LATER } from '#use-cases/repair/apply-plan.ts';
import { cleanupReport } from '#use-cases/repair/cleanup-orphaned.ts';
import { compare } from '#use-cases/repair/compare/compare.ts';
import type { Finding } from '#use-cases/repair/compare/look.ts';
import { planOf } from '#use-cases/repair/plan.ts';
import { USED } from '#use-cases/repair/repairs/delete-in-stripe.ts';
import { FIXED, MOVED, NEEDS_A_PERSON, type RepairDeps } from '#use-cases/repair/repairs/repair.ts';
import { createRepairWorld, HOUR_MS } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { skipped } from './repairs-world.ts';

const NO_LIMITS = { most: 100, deadlineMs: Number.POSITIVE_INFINITY };

/** Customers that were renamed in Stripe, and what comparing both sides finds. */
async function renamed(count = 1) {
  const world = createRepairWorld();
  const all = [];
  for (let made = 0; made < count; made += 1) all.push(await world.twins());
  for (const { externalId } of all) await world.dashboard('POST', `/${externalId}`, { name: 'Renamed' });
  world.pass(HOUR_MS);
  const find = async () => (await world.inside(() => compare(world.deps))).findings;
  const apply = async (
    findings: readonly Finding[],
    asked: { kinds?: readonly string[]; isDryRun?: boolean } = {},
    limits: Partial<typeof NO_LIMITS> = {},
    others: Partial<RepairDeps> = {},
  ) => {
    const plan = planOf({ is: 'fix', isDryRun: false, ...asked });
    const deps = { ...world.deps, ...others };
    const { outcomes, tried } = await world.inside(() => applyPlan(deps, findings, plan, { ...NO_LIMITS, ...limits }));
    return { tried, outcomes: outcomes.map(({ issue: _, ...repaired }) => repaired) };
  };
  return { ...world, all, find, apply };
}

describe('what was found and is to be repaired', () => {
  it.each([
    ['', {}],
    [', also when its kind is named', { kinds: ['audit-gap'] }],
    [', in a dry run too', { kinds: ['audit-gap'], isDryRun: true }],
  ])('is left to a person when only one can decide it, and counts as no repair%s', async (_, asked) => {
    const { apply, find } = await renamed();
    const [finding] = await find();
    const found = { kind: 'audit-gap', action: 'none', isSafe: false };
    const issue = { ...finding?.issue, kind: 'audit-gap' };
    expect(await apply([{ ...finding, found, issue } as Finding], asked)).toEqual({
      ...{ tried: 0, outcomes: [NEEDS_A_PERSON] },
    });
  });

  it('is repaired as long as there are not too many; the rest is left to the next call, and counted', async () => {
    const { apply, find } = await renamed(3);
    const findings = await find();
    expect(await apply(findings, {}, { most: 2 })).toEqual({ tried: 3, outcomes: [FIXED, FIXED, skipped(LATER)] });
    expect(await apply(await find())).toEqual({ tried: 1, outcomes: [FIXED] });
  });

  it('is begun until the very end of the time, and not after it; a dry run begins nothing', async () => {
    const { apply, find, deps } = await renamed();
    const findings = await find();
    const deadlineMs = deps.clock.nowMs();
    const late = { deadlineMs: deadlineMs - 1 };
    expect((await apply(findings, {}, late)).outcomes).toEqual([skipped(LATER)]);
    expect((await apply(findings, { isDryRun: true }, late)).outcomes).toEqual([FIXED]);
    expect((await apply(findings, {}, { deadlineMs })).outcomes).toEqual([FIXED]);
  });

  it('is what was asked for, though something else is wrong with the same customer', async () => {
    const { apply, find, all, remove, store } = await renamed();
    const { email = '', id: customerId = '' } = all[0] ?? {};
    const claim = { type: 'emailClaim', email: normalizeEmail(email) } as const;
    await remove(claim);
    expect((await apply(await find(), { kinds: ['name-drift'] })).outcomes).toEqual([FIXED]);
    expect(await store.read([claim, { type: 'customer', customerId }])).toMatchObject([undefined, { name: 'Renamed' }]);
  });

  it('is left when it is not so any more', async () => {
    const { apply, find, all, dashboard } = await renamed();
    const findings = await find();
    await dashboard('POST', `/${all[0]?.externalId}`, { name: 'Twin 1' });
    expect(await apply(findings)).toEqual({ tried: 1, outcomes: [MOVED] });
  });

  it('has failed when something breaks, which is logged, and keeps nothing else from being repaired', async () => {
    const { apply, find, deps } = await renamed(2);
    const findings = await find();
    const warned: unknown[] = [];
    const log = { warn: (_: string, details: unknown) => void warned.push(details) };
    let reads = 0;
    const read: typeof deps.store.read = (keys) => {
      reads += 1;
      return reads === 1 ? Promise.reject(new TypeError('no')) : deps.store.read(keys);
    };
    const { outcomes } = await apply(findings, {}, {}, { log, store: answering(deps.store, { read }) });
    expect(outcomes).toEqual([{ is: 'failed', reason: expect.stringMatching(/could not be repaired now/) }, FIXED]);
    expect(warned).toEqual([{ kind: 'name-drift', error: 'TypeError' }]);
  });
});

describe('what is told of orphans', () => {
  const issue = (kind: string) =>
    ({ kind, severity: 'error', detail: '', repair: { action: 'x', safe: true } }) as const;
  const unsafe = 'It is repaired only when its kind is named in kinds.';

  it('is how many were cleaned, why others stay, and how many are left to the next call', () => {
    const report = {
      ...{ isDryRun: false, fixed: [issue('stripe-orphan'), issue('stripe-orphan')] },
      skipped: [
        { issue: issue('stripe-customer-doubled'), reason: unsafe },
        { issue: issue('tombstone-alive'), reason: unsafe },
        { issue: issue('stripe-customer-doubled'), reason: 'It is gone already.' },
        { issue: issue('stripe-orphan'), reason: LATER },
      ],
      failed: [{ issue: issue('stripe-orphan'), reason: 'no' }],
    };
    const told = cleanupReport('stripe', report);
    expect(told).toMatchObject({ integration: 'stripe', found: 7, cleaned: 2, remaining: 1 });
    expect(told.kept.map(({ issue: { kind }, reason }) => [kind, reason])).toEqual([
      ['stripe-customer-doubled', expect.stringMatching(/only a person/)],
      ['tombstone-alive', USED],
      ['stripe-customer-doubled', 'It is gone already.'],
      ['stripe-orphan', 'no'],
    ]);
    expect(cleanupReport('stripe', { ...report, isDryRun: true })).toMatchObject({ cleaned: 0, remaining: 3 });
  });
});
