import type { Subject } from '#use-cases/repair/evidence.ts';
import { HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { atRest, LONG_AGO } from './gather-world.ts';

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
    const { read, subjects, twins, stripeWith, marked, pass, putOperation, write, at, setCustomer } = await atRest();
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
    await setCustomer(twins.id, { status: 'deleted' });
    expect(await read(subjects.external, never)).toMatchObject({ link: { customerId: twins.id }, isUnused: false });
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
