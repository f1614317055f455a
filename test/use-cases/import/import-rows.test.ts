import { normalizeEmail } from '#domain/email.ts';
import { StoreContendedError } from '#ports/catalog-store.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import type { ImportResult } from '#use-cases/import/import-result.ts';
import type { ReadRow } from '#use-cases/import/import-rows.ts';
import { answering } from '../answering.ts';
import { createImportWorld, type ImportWorld } from './import-world.ts';

type Told = { readonly [Field in keyof ImportResult]?: unknown };
/** A row, what a trial foresees of it, what the import then tells, and what it tells the next time. */
type Expected = { readonly row: ReadRow; readonly foreseen: Told; readonly told: Told; readonly again: Told };

const email = 'jane@example.com';
const TAKEN = 'Another customer has this email.';
const someId = expect.any(String);
const rowOf = (more: { name?: string; email?: string; externalId?: string } = {}, line = 2) => ({
  ...{ line, name: 'Jane', email },
  ...more,
});

const imported = (row: ReturnType<typeof rowOf>): Expected => {
  const known = { line: row.line, email: row.email };
  const told = { is: 'imported', ...known, externalId: row.externalId ?? someId, customerId: someId };
  const foreseen = { is: 'imported', ...known, externalId: row.externalId };
  return { row, foreseen, told, again: { ...told, is: 'already-in' } };
};
const always = (row: ReadRow, told: Told): Expected => ({ row, foreseen: told, told, again: told });
const refused = (row: ReturnType<typeof rowOf>, reason: string, known: Told = {}): Expected => {
  const { line, email: held, externalId } = row;
  return always(row, { is: 'refused', line, email: held, externalId, reason, ...known });
};

const ROWS: Readonly<Record<string, (world: ImportWorld) => Promise<Expected>>> = {
  'of somebody new': async () => imported(rowOf()),
  'of somebody whom Stripe has': async ({ born }) => imported(rowOf({ externalId: await born({ name: 'Janet' }) })),
  'that could not be read': async () =>
    always({ line: 7, problem: 'is odd' }, { is: 'refused', line: 7, reason: 'is odd' }),
  'whose customer is in already': async ({ twins }) => {
    const { id: customerId, externalId, email: held } = await twins();
    const row = rowOf({ name: 'Twin 1', email: held.toUpperCase() });
    return always(row, { is: 'already-in', line: 2, email: held, externalId, customerId });
  },
  'whose customer is in already, with the twin that it names': async ({ twins }) => {
    const { id: customerId, externalId, email: held } = await twins();
    const row = rowOf({ name: 'Twin 1', email: held, externalId });
    return always(row, { is: 'already-in', line: 2, email: held, externalId, customerId });
  },
  'whose customer has another twin': async ({ twins, born }) => {
    const { id: otherCustomerId, email: held } = await twins();
    const row = rowOf({ name: 'Twin 1', email: held, externalId: await born({ name: 'Other' }) });
    return refused(row, TAKEN, { otherCustomerId });
  },
  'whose email a customer of another name has': async ({ twins }) => {
    const { id: otherCustomerId, email: held } = await twins();
    return refused(rowOf({ email: held }), TAKEN, { otherCustomerId });
  },
  'whose email a customer has who is not there yet': async ({ twins, setCustomer }) => {
    const { id: otherCustomerId, email: held } = await twins();
    await setCustomer(otherCustomerId, { status: 'pending' });
    return refused(rowOf({ name: 'Twin 1', email: held }), TAKEN, { otherCustomerId });
  },
  'that names nobody in Stripe': async () =>
    refused(rowOf({ externalId: 'cus_unknown' }), 'external_id is no customer in Stripe'),
  'that names another customer’s twin': async ({ twins }) =>
    refused(rowOf({ externalId: (await twins()).externalId }), 'Another customer is linked to this Stripe customer.'),
  'that names a customer of another deployment': async ({ marked }) =>
    refused(
      rowOf({ externalId: await marked('theirs', 'o', 'elsewhere') }),
      'The metadata of this Stripe customer names another customer.',
    ),
  'whose email Stripe refuses': async () => {
    const row = rowOf({ email: 'no@rejected.example' });
    const { foreseen, told } = imported(row);
    const owed = { ...told, is: 'owed', externalId: undefined, reason: expect.any(String), isInHand: false };
    return { row, foreseen, told: owed, again: owed };
  },
  'whose customer was renamed since': async ({ fromRows, setCustomer }) => {
    const [made] = await fromRows([rowOf()]);
    await setCustomer(String(made?.customerId), { name: 'Janet' });
    const { customerId, externalId } = made ?? {};
    const foreseen = { is: 'refused', line: 2, email, reason: TAKEN, otherCustomerId: customerId };
    const told = { is: 'already-in', line: 2, email, customerId, externalId };
    return { row: rowOf(), foreseen, told, again: told };
  },
  'whose customer, linked by it, was renamed since': async ({ born, fromRows, setCustomer }) => {
    const row = rowOf({ externalId: await born({ name: 'Jane' }) });
    const [made] = await fromRows([row]);
    await setCustomer(String(made?.customerId), { name: 'Janet' });
    const { customerId, externalId } = made ?? {};
    const foreseen = { is: 'refused', line: 2, email, externalId, reason: TAKEN, otherCustomerId: customerId };
    const told = { is: 'already-in', line: 2, email, customerId, externalId };
    return { row, foreseen, told, again: told };
  },
  'whose customer was deleted since': async (world) => {
    const [made] = await world.fromRows([rowOf()]);
    const { customerId = '' } = made ?? {};
    await world.inside(() => deleteCustomer(world.deps, customerId, { ifMatch: undefined, cancelSubscriptions: true }));
    world.left.length = 0;
    const told = { is: 'left', line: 2, customerId, reason: 'was imported before, and deleted since' };
    return { row: rowOf(), foreseen: { is: 'imported', line: 2, email }, told, again: told };
  },
};

describe('the import of a row', () => {
  it.each(Object.entries(ROWS))('%s tells of it, before and after', async (_, make) => {
    const world = createImportWorld();
    const { row, foreseen, told, again } = await make(world);
    const before = world.both();
    expect(await world.fromRows([row], { isTrial: true })).toEqual([foreseen]);
    expect(world.both()).toBe(before);
    expect(await world.fromRows([row])).toEqual([told]);
    expect(await world.fromRows([row])).toEqual([again]);
    expect(world.left).toEqual([]);
  });

  it('that has a twin in Stripe makes no second one, and what both hold is merged, the catalog’s being newer', async () => {
    const { born, fromRows, sandbox, store, deps, inside } = createImportWorld();
    const externalId = await born({ name: 'Janet', email: 'janet@example.com' });
    const [told] = await fromRows([rowOf({ externalId })]);
    const customerId = String(told?.customerId);
    expect(sandbox.state.customers.values()).toHaveLength(1);
    expect(await inside(() => deps.integration.findCustomer(externalId))).toMatchObject({
      ...{ name: 'Jane', email, owner: { customerId } },
    });
    const [customer, claim, link, sync, { entries }] = [
      ...(await store.read([
        { type: 'customer', customerId },
        { type: 'emailClaim', email: normalizeEmail(email) },
        { type: 'link', integration: 'stripe', externalId },
        { type: 'sync', customerId, integration: 'stripe' },
      ])),
      await store.listAudit(customerId, 10, undefined),
    ];
    const at = new Date(deps.clock.nowMs()).toISOString();
    expect(customer).toEqual({
      ...{ id: customerId, name: 'Jane', email, status: 'active', version: 1, createdAt: at, updatedAt: at },
      listKey: customerId,
    });
    expect(claim).toEqual({ state: 'held', customerId });
    expect([link?.customerId, sync?.status, sync?.externalId, sync?.isUnmarked]).toEqual([
      ...[customerId, 'synced', externalId, undefined],
    ]);
    const after = { name: 'Jane', email };
    expect(entries).toContainEqual({ at, cause: 'api', before: null, after, linkedTo: externalId });
  });

  it('is foreseen as refused while Stripe does not answer; a bug is nobody’s refusal', async () => {
    const { fromRows, deps } = createImportWorld();
    const failing = (error: Error) =>
      fromRows([rowOf({ externalId: 'cus_any' })], {
        isTrial: true,
        deps: { integration: answering(deps.integration, { findCustomer: () => Promise.reject(error) }) },
      });
    expect(await failing(new IntegrationUnavailableError())).toMatchObject([{ is: 'refused' }]);
    await expect(failing(new Error('a bug'))).rejects.toThrow('a bug');
  });

  it('is refused when others keep its items busy; what else breaks ends the import', async () => {
    const { fromRows, deps, both } = createImportWorld();
    const before = both();
    const failing = (error: Error) =>
      fromRows([rowOf()], { deps: { store: answering(deps.store, { commit: () => Promise.reject(error) }) } });
    expect(await failing(new StoreContendedError('busy'))).toEqual([
      { is: 'refused', line: 2, email, reason: 'others kept it busy' },
    ]);
    await expect(failing(new Error('a bug'))).rejects.toThrow('a bug');
    expect(both()).toBe(before);
  });

  it('is the same request for a day, for two processes too, and never two customers', async () => {
    const { fromRows, store, sandbox } = createImportWorld();
    const both = await Promise.all([fromRows([rowOf()]), fromRows([rowOf()])]);
    const ids = both.flatMap((told) => told.map(({ customerId }) => customerId));
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(both.flat().every(({ is }) => is === 'imported' || is === 'already-in')).toBe(true);
    const keys = store.dump().filter(({ key }) => key.type === 'requestKey');
    expect([keys.length, sandbox.state.customers.values().length]).toEqual([1, 1]);
  });

  it('that was cut off after its first transaction goes on from there', async () => {
    const { fromRows, deps, sandbox } = createImportWorld();
    let commits = 0;
    const commit: typeof deps.store.commit = (writes) => {
      commits += 1;
      return commits === 1 ? deps.store.commit(writes) : Promise.reject(new Error('It dies.'));
    };
    await fromRows([rowOf()], { deps: { store: answering(deps.store, { commit }) } }).catch(() => {});
    expect(sandbox.state.customers.values()).toEqual([]);
    expect(await fromRows([rowOf()])).toMatchObject([{ is: 'already-in', line: 2, email }]);
    expect(sandbox.state.customers.values()).toMatchObject([{ customer: { email } }]);
  });
});

describe('the import of a file', () => {
  it('takes the first of rows that share an email or a Stripe customer, and no other waits for them', async () => {
    const { born, fromRows } = createImportWorld();
    const externalId = await born({ name: 'Jane' });
    const told = await fromRows([
      rowOf({ externalId }, 2),
      rowOf({ email: 'JANE@example.com' }, 3),
      rowOf({ email: 'other@example.com', externalId }, 4),
      rowOf({ email: 'other@example.com' }, 5),
      rowOf({ email: 'next@example.com' }, 6),
    ]);
    const byLine = told.toSorted((one, other) => Number(one.line) - Number(other.line));
    expect(byLine.map(({ line, is, reason }) => [line, is, reason])).toEqual([
      [2, 'imported', undefined],
      [3, 'refused', 'has the email of line 2'],
      [4, 'refused', 'has the external_id of line 2'],
      [5, 'imported', undefined],
      [6, 'imported', undefined],
    ]);
    expect(byLine[1]).toMatchObject({ email: 'JANE@example.com' });
    expect(byLine[2]).toMatchObject({ externalId });
  });

  it('that is stopped reads no more of it', async () => {
    const { fromRows } = createImportWorld();
    let asked = 0;
    const isStopped = () => {
      asked += 1;
      return asked > 2;
    };
    const rows = ['a', 'b', 'c', 'd'].map((name, line) => rowOf({ email: `${name}@example.com` }, line));
    const told = await fromRows(rows, { isStopped });
    expect(told.map(({ line }) => line).sort()).toEqual([0, 1]);
  });

  it('tries again whom another process is at work on, and tells of each once', async () => {
    const world = createImportWorld();
    const [made] = await world.fromRows([rowOf()]);
    const id = String(made?.customerId);
    const runExpiresAt = new Date(world.deps.clock.nowMs() + 10_000).toISOString();
    const busy = { status: 'pending', runId: 'another', runExpiresAt, dueAt: runExpiresAt } as const;
    await world.setSync(id, busy);
    const rows = [rowOf()];
    // A trial does not wait.
    expect(await world.fromRows(rows, { isTrial: true })).toMatchObject([{ is: 'owed', line: 2, isInHand: true }]);
    const begunMs = world.deps.clock.nowMs();
    expect(await world.fromRows(rows)).toMatchObject([{ is: 'already-in', line: 2, customerId: id }]);
    expect(world.deps.clock.nowMs() - begunMs).toBe(12_000);
  });
});
