import { absent, change, check, equal, missing, put, remove, type Write } from '#ports/catalog-store.ts';
import {
  type CatalogPromise,
  customerKey,
  customerOf,
  isSame,
  leaseKey,
  newId,
  type Stage,
  syncKey,
  syncOf,
  unless,
} from './catalog-store.stage.ts';

/** The fence under which a lease's record is kept. */
async function fenceOf({ store }: Stage, name: string): Promise<number | undefined> {
  const [record] = await store.read([leaseKey(name)]);
  return record?.fence;
}

async function putLease({ store }: Stage, fence: number): Promise<string> {
  const name = newId();
  await store.commit({ lease: put(leaseKey(name), { fence, owner: 'ann' }, absent) });
  return name;
}

export const commitPromises: readonly CatalogPromise[] = [
  {
    promise: 'commits puts, changes, removals and checks together',
    async violations(stage) {
      const [changed, removed, checked, made] = [
        await putLease(stage, 1),
        await putLease(stage, 1),
        await putLease(stage, 1),
        newId(),
      ];
      const result = await stage.store.commit({
        put: put(leaseKey(made), { fence: 9 }, absent),
        change: change(leaseKey(changed), { fence: 2 }, equal('fence', 1)),
        left: undefined,
        remove: remove(leaseKey(removed), equal('fence', 1)),
        check: check(leaseKey(checked), equal('owner', 'ann')),
      });
      const fences = await Promise.all([made, changed, removed, checked].map((name) => fenceOf(stage, name)));
      return [
        ...unless(result.committed, 'it was refused'),
        ...unless(String(fences) === '9,2,,1', `afterwards the fences are ${fences}`),
      ];
    },
  },
  {
    promise: 'commits nothing when one write is refused, whichever it is',
    async violations(stage) {
      const wrong: string[] = [];
      for (let refused = 0; refused < 4; refused += 1) {
        const [changed, removed, checked, made] = [
          await putLease(stage, 1),
          await putLease(stage, 1),
          await putLease(stage, 1),
          newId(),
        ];
        const when = (index: number) => equal('fence', index === refused ? 7 : 1);
        const { committed } = await stage.store.commit({
          put: put(leaseKey(made), { fence: 9 }, refused === 0 ? equal('fence', 7) : absent),
          change: change(leaseKey(changed), { fence: 2 }, when(1)),
          remove: remove(leaseKey(removed), when(2)),
          check: check(leaseKey(checked), when(3)),
        });
        const fences = await Promise.all([made, changed, removed, checked].map((name) => fenceOf(stage, name)));
        if (committed || String(fences) !== ',1,1,1') wrong.push(`when write ${refused} is refused: ${fences}`);
      }
      return wrong;
    },
  },
  {
    promise: 'names each write that was refused, and no other, with what stands there',
    async violations(stage) {
      const name = await putLease(stage, 3);
      const result = await stage.store.commit({
        taken: put(leaseKey(name), { fence: 4 }, absent),
        free: put(leaseKey(newId()), { fence: 1 }, absent),
        nothing: change(leaseKey(newId()), { fence: 2 }, equal('fence', 1)),
      });
      if (result.committed) return ['it was committed'];
      const { taken, nothing } = result.refused;
      return [
        ...unless(String(Object.keys(result.refused).sort()) === 'nothing,taken', `${Object.keys(result.refused)}`),
        ...unless(isSame(taken?.existing, { fence: 3, owner: 'ann' }), `instead stands ${JSON.stringify(taken)}`),
        ...unless(nothing !== undefined && nothing.existing === undefined, 'it shows what is not there'),
      ];
    },
  },
  {
    promise: 'sets and removes fields by a change, and leaves the others',
    async violations({ store }) {
      const id = newId();
      const sync = syncOf({ runId: 'r', lookAgain: true, lastError: 'e', dueAt: '2026-01-01T00:00:00.000Z' });
      await store.commit({ sync: put(syncKey(id), sync, absent) });
      const changes = { runId: undefined, lookAgain: false, tries: 2, dueAt: undefined, conflict: undefined };
      const { committed } = await store.commit({ sync: change(syncKey(id), changes, equal('revision', 0)) });
      const [after] = await store.read([syncKey(id)]);
      const expected = { status: 'pending', revision: 0, tries: 2, lookAgain: false, lastError: 'e' };
      return unless(committed && isSame(after, expected), `it becomes ${JSON.stringify(after)}`);
    },
  },
  {
    promise: 'makes the record by a change where the condition allows that there is none, and only there',
    async violations(stage) {
      const [made, refused] = [newId(), newId()];
      const allowed = await stage.store.commit({ it: change(leaseKey(made), { fence: 1 }, missing('owner')) });
      const forbidden = await stage.store.commit({ it: change(leaseKey(refused), { fence: 1 }, equal('fence', 0)) });
      const [there, notThere] = await stage.store.read([leaseKey(made), leaseKey(refused)]);
      return [
        ...unless(allowed.committed && isSame(there, { fence: 1 }), 'it is not made'),
        ...unless(!forbidden.committed && notThere === undefined, 'it is made against the condition'),
      ];
    },
  },
  {
    promise: 'replaces the whole record by a put, without the fields that are undefined',
    async violations(stage) {
      const name = await putLease(stage, 1);
      const record = { fence: 2, expiresAtMs: undefined } as unknown as { fence: number };
      await stage.store.commit({ it: put(leaseKey(name), record, equal('fence', 1)) });
      const [after] = await stage.store.read([leaseKey(name)]);
      const lacks = await stage.store.commit({ it: check(leaseKey(name), missing('expiresAtMs')) });
      return unless(isSame(after, { fence: 2 }) && lacks.committed, `it is ${JSON.stringify(after)}`);
    },
  },
  {
    promise: 'removes what need not be there, and leaves nothing behind by a check',
    async violations(stage) {
      const [removed, checked] = [newId(), newId()];
      const result = await stage.store.commit({
        removed: remove(leaseKey(removed), missing('owner')),
        checked: check(leaseKey(checked), absent),
      });
      const after = await stage.store.commit({
        removed: check(leaseKey(removed), absent),
        checked: check(leaseKey(checked), absent),
      });
      return unless(result.committed && after.committed, 'it refuses, or leaves a record');
    },
  },
  {
    promise: 'keeps values as JSON has them',
    async violations({ store }) {
      const id = newId();
      const odd = { name: 'Žofie "O\'Neil" 𝒥 \u0000', email: '' };
      const sync = syncOf({ base: odd, tries: 0.1, revision: 2 ** 40, lookAgain: false });
      const customer = customerOf(id, { name: '', version: -1 });
      await store.commit({ s: put(syncKey(id), sync, absent), c: put(customerKey(id), customer, absent) });
      const [keptSync, keptCustomer] = await store.read([syncKey(id), customerKey(id)]);
      return unless(isSame(keptSync, sync) && isSame(keptCustomer, customer), JSON.stringify([keptSync, keptCustomer]));
    },
  },
  {
    promise: 'takes no commit of nothing, of two writes to one record, of over 100 writes',
    async violations(stage) {
      const name = await putLease(stage, 1);
      const bump = (fence: number): Write => change(leaseKey(name), { fence }, missing('expiresAtMs'));
      const many = Array.from({ length: 101 }, () => put(leaseKey(newId()), { fence: 1 }, absent));
      const commits: Record<string, Record<string, Write>> = {
        nothing: {},
        'a condition on no field': { a: change(leaseKey(name), { fence: 2 }, missing('' as 'fence')) },
        'a condition with nothing to compare with': {
          a: change(leaseKey(name), { fence: 2 }, equal('owner', undefined as never)),
        },
        'two writes to one record': { a: bump(2), b: bump(3) },
        'over 100': Object.fromEntries(many.map((write, index) => [`w${index}`, write])),
      };
      const wrong: string[] = [];
      for (const [said, writes] of Object.entries(commits)) {
        const isTaken = await stage.store.commit(writes).then(
          () => true,
          () => false,
        );
        if (isTaken) wrong.push(`it takes ${said}`);
      }
      return [...wrong, ...unless((await fenceOf(stage, name)) === 1, 'it writes what it does not take')];
    },
  },
];
