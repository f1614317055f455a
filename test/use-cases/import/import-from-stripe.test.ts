import type { ImportResult } from '#use-cases/import/import-result.ts';
import { answering } from '../answering.ts';
import { createImportWorld, type ImportWorld } from './import-world.ts';

const FOREIGN = 'its metadata names another deployment';
const UNKNOWN = 'its metadata names a customer that is not in the catalog, or has another Stripe customer';
const AT_WORK = 'another process is at work on it';
const email = 'jane@example.com';

type Told = { readonly [Field in keyof ImportResult]?: unknown };
/** What a trial foresees, what the import then tells, and what it tells the next time. */
type Expected = { readonly foreseen: Told; readonly told: Told; readonly again: Told };

const always = (told: Told): Expected => ({ foreseen: told, told, again: told });
const imported = (found: Told, known: Told = {}): Expected => {
  const told = { is: 'imported', ...found, customerId: expect.any(String), ...known };
  return { foreseen: { is: 'imported', ...found, ...known }, told, again: { ...told, is: 'already-in' } };
};

const ACCOUNTS: Readonly<Record<string, (world: ImportWorld) => Promise<Expected>>> = {
  'a customer that nobody has': async ({ born }) =>
    imported({ email, externalId: await born({ name: 'Jane', email }) }),
  'a customer without an email': async ({ born }) =>
    imported({ email: null, externalId: await born({ name: 'Jane' }) }),
  'a customer that is in already': async ({ twins }) => {
    const { id: customerId, externalId, email: held } = await twins();
    return always({ is: 'already-in', externalId, customerId, email: held });
  },
  'a customer whose email one of ours has': async ({ born, twins }) => {
    const { id: otherCustomerId, externalId: otherExternalId, email: held } = await twins();
    const found = { is: 'in-conflict', email: held, externalId: await born({ email: held }), otherCustomerId };
    const told = { ...found, customerId: expect.any(String), otherExternalId };
    return { foreseen: found, told, again: told };
  },
  'a customer whose email one of ours has that has no twin yet': async ({ born, untwinned }) => {
    const otherCustomerId = await untwinned('JANE@example.com');
    const found = { is: 'in-conflict', email, externalId: await born({ email }), otherCustomerId };
    const told = { ...found, customerId: expect.any(String) };
    return { foreseen: found, told, again: told };
  },
  'a customer of another deployment': async ({ marked }) =>
    always({ is: 'left', email: null, externalId: await marked('theirs', 'o', 'elsewhere'), reason: FOREIGN }),
  'a customer whose metadata names nobody that we know': async ({ marked }) =>
    always({ is: 'left', email: null, externalId: await marked('nobody'), reason: UNKNOWN }),
  'a customer whose metadata names one that has another twin': async ({ twins, marked }) =>
    always({ is: 'left', email: null, externalId: await marked((await twins()).id), reason: UNKNOWN }),
  'a customer that we made, and have not linked': async ({ untwinned, marked }) => {
    const customerId = await untwinned(email);
    const expected = imported({ email: null, externalId: await marked(customerId), customerId });
    // By then Stripe has been given our email.
    return { ...expected, again: { ...expected.again, email } };
  },
  'a customer that an unfinished operation has made': async ({ untwinned, marked, putOperation }) => {
    const customerId = await untwinned(email);
    const found = { email: null, externalId: await marked(customerId, 'o1') };
    await putOperation('o1', customerId);
    const told = { is: 'owed', ...found, reason: 'something has to be settled first', isInHand: false };
    return { foreseen: { is: 'imported', ...found, customerId }, told, again: told };
  },
  'a customer whose import was cut off before Stripe was told': async ({ born, cutOff }) => {
    const externalId = await born({ name: 'Jane', email });
    const known = { email, externalId, customerId: await cutOff(externalId) };
    return { ...imported(known, known), foreseen: { is: 'owed', ...known, reason: AT_WORK, isInHand: true } };
  },
  'a customer in conflict of whom Stripe was not told': async ({ untwinned, born, cutOff }) => {
    const otherCustomerId = await untwinned(email);
    const externalId = await born({ email });
    return always({ is: 'in-conflict', email, externalId, customerId: await cutOff(externalId), otherCustomerId });
  },
  'a customer that is linked, and stands nowhere': async ({ twins, remove }) => {
    const { id: customerId, email: held } = await twins();
    await remove({ type: 'sync', customerId, integration: 'stripe' });
    return always({ is: 'owed', email: held, customerId, reason: 'has no sync item' });
  },
  'a customer that was deleted here, and is not yet in Stripe': async ({ twins, setCustomer, setSync }) => {
    const { id: customerId, externalId, email: held } = await twins();
    await setCustomer(customerId, { status: 'deleted' });
    await setSync(customerId, { status: 'failed', lastError: 'not yet', isTombstone: true });
    const known = { email: held, customerId };
    const told = { is: 'left', ...known, reason: 'was imported before, and deleted since' };
    const foreseen = { is: 'owed', ...known, externalId, reason: 'not yet', isInHand: false };
    return { foreseen, told, again: { is: 'nothing' } };
  },
  'a customer whose change Stripe refuses': async ({ twins, setCustomer, setSync }) => {
    const { id: customerId, externalId, email: held } = await twins();
    await setCustomer(customerId, { email: 'no@rejected.example', version: 2 });
    await setSync(customerId, { status: 'failed', lastError: 'refused before' });
    const owed = { is: 'owed', externalId, customerId, isInHand: false, email: held };
    const told = { ...owed, reason: expect.stringContaining('Invalid email') };
    return { foreseen: { ...owed, reason: 'refused before' }, told, again: told };
  },
};

describe('the import of a Stripe account with', () => {
  it.each(Object.entries(ACCOUNTS))('%s tells of it, before and after', async (_, make) => {
    const world = createImportWorld();
    const { foreseen, told, again } = await make(world);
    const before = world.both();
    expect(await world.fromStripe({ isTrial: true })).toContainEqual(foreseen);
    expect(world.both()).toBe(before);
    expect(await world.fromStripe()).toContainEqual(told);
    const next = await world.fromStripe();
    if (again.is === 'nothing') expect(next).toEqual([]);
    else expect(next).toContainEqual(again);
    expect(world.left).toEqual([]);
  });
});

describe('the import of a Stripe account', () => {
  it('gives an email that several share to the newest, which a trial foresees', async () => {
    const { born, fromStripe } = createImportWorld();
    const oldest = await born({ email: 'Jane@example.com' });
    const middle = await born({ email: 'JANE@EXAMPLE.COM' });
    const newest = await born({ email });
    const without = [await born({ name: 'None' }), await born({ name: 'None' })];
    // It is not ours, and takes no email from anybody.
    const foreign = await born({ email, 'metadata[concord_stage]': 'elsewhere', 'metadata[concord_customer_id]': 'c' });
    const about = (told: readonly ImportResult[]) =>
      told.map(({ is, externalId, otherExternalId }) => [is, externalId, otherExternalId]);
    const expected = [
      ['left', foreign, undefined],
      ['imported', without[1], undefined],
      ['imported', without[0], undefined],
      ['imported', newest, undefined],
      ['in-conflict', middle, newest],
      ['in-conflict', oldest, newest],
    ];
    expect(about(await fromStripe({ isTrial: true }))).toEqual(expected);
    expect(new Set(about(await fromStripe()))).toEqual(new Set(expected));
  });

  it('tells Stripe whose its customer is, of one in conflict too', async () => {
    const { born, fromStripe, untwinned, cutOff, deps, inside } = createImportWorld();
    await untwinned(email);
    const externalId = await born({ email });
    const customerId = await cutOff(externalId);
    await fromStripe();
    const twin = await inside(() => deps.integration.findCustomer(externalId));
    expect(twin).toMatchObject({ email, owner: { customerId } });
  });

  it('gives it to the newest also when Stripe is slow to tell of that one', async () => {
    const { born, fromStripe, deps } = createImportWorld();
    const older = await born({ email });
    const newest = await born({ email });
    const findCustomer = async (externalId: string) => {
      for (let turn = 0; externalId === newest && turn < 50; turn += 1) await Promise.resolve();
      return deps.integration.findCustomer(externalId);
    };
    const told = await fromStripe({ deps: { integration: answering(deps.integration, { findCustomer }) } });
    expect(told).toMatchObject([
      { is: 'imported', externalId: newest },
      { is: 'in-conflict', externalId: older },
    ]);
  });

  it('does not wait for one that shares its email with nobody, or has none', async () => {
    const { born, fromStripe, deps } = createImportWorld();
    const quick = [await born({ name: 'Quick' }), await born({ email })];
    const slow = await born({ name: 'Slow' });
    const awaited = Promise.withResolvers<void>();
    const findCustomer = async (externalId: string) => {
      if (externalId === slow) await awaited.promise;
      return deps.integration.findCustomer(externalId);
    };
    const poke = async () => {};
    const told = fromStripe({ deps: { integration: answering(deps.integration, { findCustomer }), pokes: { poke } } });
    await Promise.race([told, new Promise((resolve) => setImmediate(resolve))]);
    awaited.resolve();
    expect((await told).map(({ externalId }) => externalId)).toEqual([quick[1], quick[0], slow]);
  });

  it('goes through all pages, and through those that are in with two reads a page', async () => {
    const { born, fromStripe, deps, requests } = createImportWorld();
    const all: string[] = [];
    for (let made = 0; made < 5; made += 1) all.unshift(await born({ email: `${made}@example.com` }));
    const listCustomers = async (from: string | undefined) => {
      const page = await deps.integration.listCustomers(from);
      const customers = page.customers.slice(0, 2);
      return { ...page, customers, next: customers.length === 2 ? customers[1]?.externalId : undefined };
    };
    const integration = answering(deps.integration, { listCustomers });
    const told = await fromStripe({ deps: { integration } });
    expect(told.map(({ is, externalId }) => [is, externalId])).toEqual(all.map((id) => ['imported', id]));

    let reads = 0;
    requests.length = 0;
    const read: typeof deps.store.read = (keys) => {
      reads += 1;
      return deps.store.read(keys);
    };
    const again = await fromStripe({ deps: { integration, store: answering(deps.store, { read }) } });
    expect(again.map(({ is }) => is)).toEqual(all.map(() => 'already-in'));
    expect([reads, requests]).toEqual([6, Array(3).fill('GET /v1/customers')]);
  });

  it('reads nothing of an account without customers', async () => {
    const { fromStripe, deps } = createImportWorld();
    const read = () => Promise.reject(new Error('It asked the catalog.'));
    expect(await fromStripe({ deps: { store: answering(deps.store, { read }) } })).toEqual([]);
  });

  it('that is stopped begins no more, and ends what it has begun', async () => {
    const { born, fromStripe, deps } = createImportWorld();
    for (let made = 0; made < 20; made += 1) await born({ email: `${made}@example.com` });
    let isStopped = false;
    const pages: unknown[] = [];
    const integration = answering(deps.integration, {
      listCustomers: async (from) => {
        pages.push(from);
        return { ...(await deps.integration.listCustomers(from)), next: 'more' };
      },
      findCustomer: (externalId) => {
        isStopped = true;
        return deps.integration.findCustomer(externalId);
      },
    });
    const told = await fromStripe({ isStopped: () => isStopped, deps: { integration } });
    expect(told.length).toBeLessThan(20);
    expect([[...new Set(told.map(({ is }) => is))], pages]).toEqual([['imported'], [undefined]]);
  });

  it('leaves one alone that is deleted while it goes on', async () => {
    const { born, fromStripe, deps, dashboard } = createImportWorld();
    const externalId = await born({ email });
    const listCustomers = async (from: string | undefined) => {
      const page = await deps.integration.listCustomers(from);
      await dashboard('DELETE', `/${externalId}`);
      return page;
    };
    expect(await fromStripe({ deps: { integration: answering(deps.integration, { listCustomers }) } })).toEqual([
      { is: 'left', email, externalId, reason: 'it was deleted meanwhile' },
    ]);
  });

  it('rejects when it cannot know what became of one', async () => {
    const { born, fromStripe, deps } = createImportWorld();
    await born({ email });
    const read = () => Promise.reject(new Error('The catalog does not answer.'));
    await expect(fromStripe({ deps: { store: answering(deps.store, { read }) } })).rejects.toThrow('does not answer');
  });
});
