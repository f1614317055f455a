import { IntegrationUnavailableError } from '#ports/integration.ts';
import type { ReconciliationRecord } from '#ports/maintenance-records.ts';
import { asProblems, keepMet, makeGood, meet, reasonToRefuse } from '#use-cases/repair/guard.ts';
import { isSame } from '#use-cases/repair/is-same.ts';
import { planOf } from '#use-cases/repair/plan.ts';
import { createRepairWorld, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const known: ReconciliationRecord = {
  ...{ account: 'acct_1', isLive: true, catalogCustomers: 10, stripeCustomers: 10, step: 4 },
};
const met = { account: 'acct_1', isLive: true, catalogCustomers: 10, stripeCustomers: 10 };

describe('whether what was met is believed', () => {
  it.each([
    ['as ever', {}, undefined],
    ['at first', undefined, undefined],
    ['of another account', { account: 'acct_2' }, /account acct_2/],
    ['of an account that is not told', { account: undefined }, undefined],
    ['of another mode', { isLive: false }, /other mode/],
    ['of a mode that is not told', { isLive: undefined }, undefined],
    ['half of Stripe’s', { stripeCustomers: 5 }, undefined],
    ['less than half of Stripe’s', { stripeCustomers: 4 }, /^Stripe has 4 customers, and had 10 before/],
    ['half of the catalog’s', { catalogCustomers: 5 }, undefined],
    ['less than half of the catalog’s', { catalogCustomers: 4 }, /^The catalog has 4 customers, and had 10 before/],
    ['less than half of both', { catalogCustomers: 4, stripeCustomers: 4 }, undefined],
  ])('%s', (_, change, reason) => {
    const refusal = reasonToRefuse(change === undefined ? undefined : known, { ...met, ...change } as never);
    if (reason === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(reason);
  });

  it('is not asked of what was not known then', () => {
    const { account: _, isLive: __, ...less } = known;
    expect(reasonToRefuse(less, { ...met, account: 'acct_2', isLive: false })).toBeUndefined();
  });
});

describe('what is kept of a comparison', () => {
  const kept = async (first: ReconciliationRecord | undefined, now: object, report?: object) => {
    const { store, write } = createRepairWorld();
    if (first !== undefined) await write({ key: { type: 'reconciliation' }, put: first, when: whatever } as never);
    await keepMet(store, first, { ...met, ...now } as never, report as never);
    return (await store.read([{ type: 'reconciliation' }]))[0];
  };

  it('is what was met, and the account and mode that were first', async () => {
    expect(await kept(undefined, {})).toEqual({ ...met, step: 1 });
    expect(await kept(undefined, { account: undefined, isLive: undefined })).toEqual({
      ...{ catalogCustomers: 10, stripeCustomers: 10, step: 1 },
    });
    expect(await kept(known, { stripeCustomers: 8 }, { a: 'report' })).toEqual({
      ...{ ...known, stripeCustomers: 8, step: 5, report: { a: 'report' } },
    });
    expect(await kept({ ...known, report: { an: 'earlier' } as never }, {})).toMatchObject({
      report: { an: 'earlier' },
    });
  });

  it('is not what is not believed', async () => {
    expect(await kept(known, { stripeCustomers: 1 })).toMatchObject({ stripeCustomers: 10, step: 5 });
  });

  it('counts once, of two at a time', async () => {
    const { store } = createRepairWorld();
    await keepMet(store, undefined, met);
    await keepMet(store, undefined, { ...met, stripeCustomers: 11 });
    expect((await store.read([{ type: 'reconciliation' }]))[0]).toMatchObject({ stripeCustomers: 10 });
    await keepMet(store, { ...known, step: 7 }, { ...met, stripeCustomers: 11 });
    expect((await store.read([{ type: 'reconciliation' }]))[0]).toMatchObject({ stripeCustomers: 10 });
  });

  it('is what Stripe says of its account, if it says it', async () => {
    const { deps } = createRepairWorld();
    const says = (account: string | undefined) => answering(deps.integration, { findAccount: async () => account });
    const counts = { catalogCustomers: 1, stripeCustomers: 2 };
    expect(await meet(says('acct_1'), { ...counts, more: 1 } as never, true)).toEqual({
      ...counts,
      account: 'acct_1',
      isLive: true,
    });
    expect(await meet(says(undefined), counts, undefined)).toEqual(counts);
  });

  it('makes good what events had told in vain, if that is still what is missing', async () => {
    const { store, write } = createRepairWorld();
    const position = { through: '2026', unreadSince: '2025', step: 3 };
    const read = async () => (await store.read([{ type: 'eventPosition' }]))[0];
    await makeGood(store, '2025');
    await write({ key: { type: 'eventPosition' }, put: position, when: whatever });
    for (const since of [undefined, '2024']) await makeGood(store, since);
    expect(await read()).toEqual(position);
    await makeGood(store, '2025');
    expect(await read()).toEqual({ through: '2026', step: 4 });
  });

  it('is told as a problem when Stripe does not answer, and only then', async () => {
    const cause = new IntegrationUnavailableError();
    const problem = { problem: { type: 'stripe-unavailable' }, cause };
    await expect(asProblems(() => Promise.reject(cause))).rejects.toMatchObject(problem);
    await expect(asProblems(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(await asProblems(async () => 'well')).toBe('well');
  });
});

describe('what is to be repaired', () => {
  const finding = (kind: string, isSafe: boolean, customerId?: string, action = 'sync') =>
    ({ issue: { kind, ...(customerId !== undefined && { customerId }) }, found: { kind, isSafe, action } }) as never;

  it.each([
    ['everything', {}, [true, true, true]],
    ['a kind', { kinds: ['name-drift'] }, [true, false, true]],
    ['a customer', { customerIds: ['c'] }, [true, true, false]],
    ['a kind of a customer', { kinds: ['name-drift'], customerIds: ['d'] }, [false, false, false]],
  ] as const)('is what is wanted of %s', (_, query, wanted) => {
    const { isWanted } = planOf({ is: 'fix', isDryRun: false, ...query } as never);
    const findings = [finding('name-drift', true, 'c'), finding('audit-gap', true, 'c'), finding('name-drift', true)];
    expect(findings.map(isWanted)).toEqual(wanted);
  });

  it('is what is safe, and what is not when its kind is named', () => {
    const plan = (kinds?: readonly string[]) => planOf({ is: 'fix', isDryRun: true, ...(kinds && { kinds }) } as never);
    expect([plan().isAsked(finding('a', true)), plan().isAsked(finding('a', false))]).toEqual([true, false]);
    expect([plan(['a']).isAsked(finding('a', false)), plan(['b']).isAsked(finding('a', false))]).toEqual([true, false]);
    expect(plan().isDryRun).toBe(true);
  });

  it('is, of orphans, what is safe or never was in Stripe', () => {
    const { isWanted, isAsked, isDryRun } = planOf({ is: 'cleanup-orphaned', isDryRun: false });
    const kinds = [
      'stripe-orphan',
      'stripe-customer-doubled',
      'tombstone-alive',
      'stripe-customer-unknown',
      'name-drift',
    ];
    expect(kinds.map((kind) => isWanted(finding(kind, true)))).toEqual([true, true, true, true, false]);
    expect([isAsked(finding('a', true)), isAsked(finding('a', false))]).toEqual([true, false]);
    expect([isAsked(finding('a', false, undefined, 'create-anew')), isDryRun]).toEqual([true, false]);
  });
});

describe('whether two readings are the same', () => {
  it.each([
    [{ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [[1, 2], [2, 1], false],
    [undefined, undefined, true],
    [undefined, { a: 1 }, false],
  ])('%j and %j', (one, other, expected) => {
    expect(isSame(one, other)).toBe(expected);
  });
});
