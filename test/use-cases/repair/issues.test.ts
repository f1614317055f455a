import { oneBucket } from '#use-cases/repair/compare/buckets.ts';
import { lookAgain, lookAgainAt } from '#use-cases/repair/compare/look.ts';
import { nameOf, type Stamp } from '#use-cases/repair/compare/suspect.ts';
import type { Subject } from '#use-cases/repair/evidence.ts';
import { HOUR_MS } from '../../repair/repair-world.ts';
import { atRest, LONG_AGO } from './gather-world.ts';

async function looking() {
  const world = await atRest();
  const look = async (subject: Subject, stamp: Stamp = {}) => {
    const buckets = oneBucket();
    buckets.add('suspects', nameOf(subject), { subject, stamp });
    const asked = { bucket: 0, after: '', most: 100, notBeforeMs: 0 };
    return (await world.inside(() => lookAgain(world.deps, buckets, asked))).findings;
  };
  return { ...world, look };
}
type World = Awaited<ReturnType<typeof looking>>;

const syncOf = ({ twins }: World) => ({ type: 'sync', customerId: twins.id, integration: 'stripe' }) as const;
const ofCustomer = ({ subjects }: World) => subjects.customer;

describe('an issue says whom it is about:', () => {
  it.each<readonly [string, (world: World) => unknown, (world: World) => Subject, (world: World) => object]>([
    [
      'a customer, and whom it names in Stripe',
      ({ dashboard, twins }) => dashboard('POST', `/${twins.externalId}`, { name: 'Renamed' }),
      ({ subjects }) => ({ ...subjects.customer, hint: 'cus_hint' }),
      ({ twins: { id, externalId } }) => ({ kind: 'name-drift', customerId: id, externalId }),
    ],
    [
      'a customer that stands nowhere, and who in Stripe is its own',
      (world) => world.remove(syncOf(world)),
      ({ subjects }) => ({ ...subjects.customer, hint: 'cus_hint' }),
      ({ twins }) => ({ kind: 'sync-missing', customerId: twins.id, externalId: 'cus_hint' }),
    ],
    [
      'a customer that stands nowhere',
      (world) => world.remove(syncOf(world)),
      ofCustomer,
      ({ twins }) => ({ kind: 'sync-missing', customerId: twins.id }),
    ],
    [
      'a customer that names nobody in Stripe, whoever is marked as its own',
      async ({ setSync, remove, claim, twins }) => {
        await setSync(twins.id, { externalId: undefined });
        await remove(claim);
      },
      ({ subjects }) => ({ ...subjects.customer, hint: 'cus_hint' }),
      ({ twins }) => ({ kind: 'email-claim-missing', customerId: twins.id }),
    ],
    [
      'whom a claim names',
      ({ setCustomer, twins }) => setCustomer(twins.id, { email: 'moved@example.com' }),
      ({ subjects }) => subjects.claim,
      ({ twins }) => ({ kind: 'email-claim-dangling', customerId: twins.id }),
    ],
    [
      'whom an operation is on',
      ({ putOperation, twins, at }) => putOperation('o', twins.id, { createdAt: at(LONG_AGO) }),
      ({ subjects }) => subjects.operation,
      ({ twins }) => ({ kind: 'operation-overdue', customerId: twins.id }),
    ],
  ])('%s', async (_, make, subjectOf, expected) => {
    const world = await looking();
    await make(world);
    const [finding] = await world.look(subjectOf(world));
    const { detail: _detail, severity: _severity, repair: _repair, ...about } = finding?.issue ?? {};
    expect(about).toEqual(expected(world));
  });
});

describe('looking again', () => {
  it.each<readonly [string, (world: World) => unknown, Stamp, string]>([
    [
      'the customer',
      ({ remove, twins }) => remove({ type: 'customer', customerId: twins.id }),
      { version: 1 },
      'sync-dangling',
    ],
    ['how it stands', (world) => world.remove(syncOf(world)), { revision: 1 }, 'sync-missing'],
  ])('finds nothing where %s has gone since', async (_, go, stamp, kind) => {
    const world = await looking();
    await go(world);
    expect(await world.look(ofCustomer(world), stamp)).toEqual([]);
    expect((await world.look(ofCustomer(world))).map(({ found }) => found.kind)).toContain(kind);
  });

  it('asks of a customer of Stripe only whether it looks as it did', async () => {
    const { marked, pass, look } = await looking();
    const subject = { of: 'external', externalId: await marked('nobody') } as const;
    pass(HOUR_MS);
    expect(await look(subject, { version: 1, revision: 1 })).toMatchObject([{ found: { kind: 'stripe-orphan' } }]);
  });

  it('before a repair finds nothing, when it is something else that is wrong by now', async () => {
    const world = await looking();
    const { dashboard, twins, remove, claim, inside, deps } = world;
    await dashboard('POST', `/${twins.externalId}`, { name: 'Renamed' });
    const [finding] = await world.look(ofCustomer(world));
    if (finding === undefined) throw new Error('It was not found.');
    await dashboard('POST', `/${twins.externalId}`, { name: 'Twin 1' });
    await remove(claim);
    expect(await inside(() => lookAgainAt(deps, finding))).toBeUndefined();
  });
});
