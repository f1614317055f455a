import { absent, add, change, equal, put } from '#ports/catalog-store.ts';
import {
  type CatalogPromise,
  counterKey,
  isSame,
  leaseKey,
  newId,
  type Stage,
  syncKey,
  syncOf,
  unless,
} from './catalog-store.stage.ts';

const FAR_SECONDS = 9_000_000_000;

async function putApart({ store }: Stage, status: 'failed' | 'pending', apartSince: string): Promise<string> {
  const id = newId();
  await store.commit({ it: put(syncKey(id), syncOf({ status, apartSince }), absent) });
  return id;
}

/** What the port promises of counters, and of the list of those whose two sides do not agree. */
export const counterPromises: readonly CatalogPromise[] = [
  {
    promise: 'adds to fields of a counter, takes a missing one for 0, and leaves the others',
    async violations({ store }) {
      const key = counterKey(newId());
      await store.commit({ it: add(key, { attempts: 2 }) });
      await store.commit({ it: add(key, { attempts: 3, live: -1 }, FAR_SECONDS) });
      const [record] = await store.read([key]);
      const expected = { attempts: 5, live: -1, expiresAtSeconds: FAR_SECONDS };
      return unless(isSame(record, expected), `it is ${JSON.stringify(record)}`);
    },
  },
  {
    promise: 'adds nothing when a write beside it is refused, and does not name the addition as refused',
    async violations({ store }) {
      const key = counterKey(newId());
      const result = await store.commit({
        sum: add(key, { live: 1 }),
        other: change(leaseKey(newId()), { fence: 2 }, equal('fence', 1)),
      });
      const [record] = await store.read([key]);
      const refused = result.committed ? 'nothing' : String(Object.keys(result.refused));
      return [
        ...unless(refused === 'other', `${refused} is refused`),
        ...unless(record === undefined, `the counter is ${JSON.stringify(record)}`),
      ];
    },
  },
  {
    promise: 'loses none of 30 additions that race, beside other writes',
    async violations({ store }) {
      const key = counterKey(newId());
      const addOne = async () => {
        for (let tries = 0; tries < 20; tries += 1) {
          const once = { sum: add(key, { live: 1 }), own: put(leaseKey(newId()), { fence: 1 }, absent) };
          if (
            await store.commit(once).then(
              ({ committed }) => committed,
              () => false,
            )
          )
            return;
        }
      };
      await Promise.all(Array.from({ length: 30 }, addOne));
      const [record] = await store.read([key]);
      return unless(record?.live === 30, `30 additions come to ${record?.live}`);
    },
  },
  {
    promise: 'lists who is apart by status, oldest first, until both sides agree',
    async violations(stage) {
      const [late, early, pending, agreed] = [
        await putApart(stage, 'failed', '2026-01-02'),
        await putApart(stage, 'failed', '2026-01-01'),
        await putApart(stage, 'pending', '2026-01-03'),
        await putApart(stage, 'failed', '2026-01-01'),
      ];
      await stage.store.commit({
        it: change(syncKey(agreed), { status: 'synced', apartSince: undefined }, equal('revision', 0)),
        retried: change(syncKey(late), { retryAt: '2026-02-01', isTombstone: true }, equal('revision', 0)),
      });
      const failed = await stage.store.listApart(['failed', 'orphaned'], 100);
      const both = await stage.store.listApart(['failed', 'pending'], 100);
      const of = { integration: 'stripe', status: 'failed' };
      const expected = [
        { customerId: early, ...of, since: '2026-01-01' },
        { customerId: late, ...of, since: '2026-01-02', retryAt: '2026-02-01', isTombstone: true },
      ];
      return [
        ...unless(JSON.stringify(failed) === JSON.stringify(expected), `failed: ${JSON.stringify(failed)}`),
        ...unless(
          String(both.map(({ customerId }) => customerId)) === String([early, late, pending]),
          'of two statuses',
        ),
      ];
    },
  },
  {
    promise: 'lists of many who are apart the oldest, about as many as asked for',
    async violations(stage) {
      const times = Array.from({ length: 24 }, (_, index) => `2026-01-${String(index + 1).padStart(2, '0')}`);
      // Neither in the order of their times nor in the opposite one.
      for (let at = 0; at < 24; at += 1) await putApart(stage, 'failed', times[(at * 7) % 24] as string);
      const all = (await stage.store.listApart(['failed'], 1_000)).map(({ since }) => since);
      const some = (await stage.store.listApart(['failed'], 8)).map(({ since }) => since);
      return [
        ...unless(String(all) === String(times), `all are ${all}`),
        ...unless(some.length <= 16 && some[0] === times[0], `eight are ${some}`),
        ...unless(String(some) === String(some.toSorted()), `the order is ${some}`),
      ];
    },
  },
  {
    promise: 'lists somebody apart under the status that it has now',
    async violations(stage) {
      const id = await putApart(stage, 'pending', '2026-01-01');
      await stage.store.commit({
        it: change(syncKey(id), { status: 'failed', apartSince: '2026-01-01' }, equal('revision', 0)),
      });
      const [pending, failed] = [
        await stage.store.listApart(['pending'], 9),
        await stage.store.listApart(['failed'], 9),
      ];
      return unless(pending.length === 0 && failed[0]?.customerId === id, `${pending.length}, ${failed.length}`);
    },
  },
  {
    promise: 'lists those of each status, however many are apart by another',
    async violations(stage) {
      await Promise.all(Array.from({ length: 24 }, () => putApart(stage, 'failed', '2026-01-01')));
      const pending = [await putApart(stage, 'pending', '2026-01-02'), await putApart(stage, 'pending', '2026-01-03')];
      const listed = await stage.store.listApart(['failed', 'pending'], 16);
      const found = listed.filter(({ status }) => status === 'pending').map(({ customerId }) => customerId);
      return unless(String(found) === String(pending), `${found.length} of 2 among ${listed.length}`);
    },
  },
];
