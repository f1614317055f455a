import { oneBucket } from '#use-cases/repair/compare/buckets.ts';
import { lookAgain, lookAgainAt } from '#use-cases/repair/compare/look.ts';
import { nameOf, remoteStamp, type Stamp } from '#use-cases/repair/compare/suspect.ts';
import type { Subject } from '#use-cases/repair/evidence.ts';
import { createRepairWorld, HOUR_MS } from '../../repair/repair-world.ts';

/** Customers that were renamed in Stripe, an hour ago: each is a suspect, with what is said of it. */
async function drifted(count = 1) {
  const world = createRepairWorld();
  const all = [];
  for (let made = 0; made < count; made += 1) {
    const twins = await world.twins();
    await world.dashboard('POST', `/${twins.externalId}`, { name: 'Renamed' });
    all.push(twins);
  }
  world.pass(HOUR_MS);
  const slept: number[] = [];
  const deps = { ...world.deps, clock: { ...world.deps.clock, sleep: async (ms: number) => void slept.push(ms) } };
  const look = async (suspects: readonly (readonly [Subject, Stamp])[], asked: object = {}) => {
    const buckets = oneBucket();
    for (const [subject, stamp] of suspects) buckets.add('suspects', nameOf(subject), { subject, stamp });
    const all = { bucket: 0, after: '', most: 100, notBeforeMs: 0, ...asked };
    const { findings, ...rest } = await world.inside(() => lookAgain(deps, buckets, all));
    return { ...rest, found: findings.map(({ issue }) => issue.customerId ?? issue.externalId) };
  };
  const [first] = all;
  const ofFirst = { of: 'customer', customerId: String(first?.id) } as const;
  const there = await world.inside(() => deps.integration.findCustomer(String(first?.externalId)));
  const remote = there === undefined ? '' : remoteStamp(deps, there);
  return {
    ...world,
    deps,
    slept,
    look,
    all,
    ofFirst,
    remote,
    id: String(first?.id),
    externalId: String(first?.externalId),
  };
}

describe('looking again at what did not look right', () => {
  it.each<readonly [string, (seen: { remote: string }) => Stamp, boolean]>([
    ['is as it was', ({ remote }) => ({ version: 1, revision: 1, remote }), true],
    ['was seen on no side', () => ({}), true],
    ['has another version', () => ({ version: 2 }), false],
    ['has had a run', () => ({ revision: 2 }), false],
    ['looks otherwise in Stripe', () => ({ remote: 'otherwise' }), false],
  ])('finds what is wrong with a customer that %s', async (_, stampOf, isFound) => {
    const world = await drifted();
    const { found, read } = await world.look([[world.ofFirst, stampOf(world)]]);
    expect([found, read]).toEqual([isFound ? [world.id] : [], 1]);
  });

  it('finds nothing of one that has left Stripe since it was seen there', async () => {
    const { look, ofFirst, remote, dashboard, externalId, id } = await drifted();
    await dashboard('DELETE', `/${externalId}`);
    expect((await look([[ofFirst, { remote }]])).found).toEqual([]);
    expect((await look([[ofFirst, {}]])).found).toEqual([id]);
  });

  it('finds what is wrong with a customer of Stripe that looks as it did', async () => {
    const { look, marked, pass, deps, inside } = await drifted();
    const externalId = await marked('nobody');
    pass(HOUR_MS);
    const subject = { of: 'external', externalId } as const;
    const there = await inside(() => deps.integration.findCustomer(externalId));
    const remote = there === undefined ? '' : remoteStamp(deps, there);
    expect((await look([[subject, { remote }]])).found).toEqual(['nobody']);
    expect((await look([[subject, { remote: 'otherwise' }]])).found).toEqual([]);
  });

  it('looks once at what is suspect twice, by all that was seen of it', async () => {
    const { look, ofFirst, id } = await drifted();
    expect(
      await look([
        [{ ...ofFirst, hint: 'cus_1' }, { version: 1 }],
        [ofFirst, { revision: 1 }],
      ]),
    ).toEqual({
      ...{ found: [id], read: 2 },
    });
    expect(
      (
        await look([
          [ofFirst, { version: 9 }],
          [ofFirst, { revision: 1 }],
        ])
      ).found,
    ).toEqual([]);
  });

  it('looks at so many, and tells where the next look goes on', async () => {
    const { look, all, deps } = await drifted(12);
    const suspects = all.map(({ id }) => [{ of: 'customer', customerId: id }, {}] as const);
    const ordered = suspects
      .map(([subject]) => ({ id: subject.customerId, place: deps.digest(nameOf(subject)) }))
      .toSorted((one, other) => (one.place < other.place ? -1 : 1));
    const ids = ordered.map(({ id }) => id);
    const first = await look(suspects, { most: 10 });
    expect(first).toEqual({ found: ids.slice(0, 10), read: 12, last: ordered[9]?.place });
    expect(await look(suspects, { most: 10, after: first.last })).toEqual({ found: ids.slice(10), read: 12 });
  });

  it('gives webhooks their time first, if there is anything to look at', async () => {
    const { look, ofFirst, deps, slept } = await drifted();
    const nowMs = deps.clock.nowMs();
    await look([], { notBeforeMs: nowMs + 5_000 });
    await look([[ofFirst, {}]], { notBeforeMs: nowMs });
    expect(slept).toEqual([]);
    await look([[ofFirst, {}]], { notBeforeMs: nowMs + 5_000 });
    expect(slept).toEqual([5_000]);
  });

  it('before a repair finds only what still is so', async () => {
    const { deps, ofFirst, inside, dashboard, externalId } = await drifted();
    const finding = { subject: ofFirst, found: { kind: 'name-drift' } } as never;
    expect(await inside(() => lookAgainAt(deps, finding))).toMatchObject({ of: 'customer' });
    await dashboard('POST', `/${externalId}`, { name: 'Twin 1' });
    expect(await inside(() => lookAgainAt(deps, finding))).toBeUndefined();
    const gone = { subject: { of: 'customer', customerId: 'nobody' }, found: { kind: 'name-drift' } } as never;
    expect(await inside(() => lookAgainAt(deps, gone))).toBeUndefined();
  });
});
