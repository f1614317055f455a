import { isDeepStrictEqual } from 'node:util';
import { absent, change, equal, missing, put } from '#ports/catalog-store.ts';
import {
  auditKey,
  auditOf,
  type CatalogPromise,
  customerKey,
  customerOf,
  newId,
  operationKey,
  operationOf,
  type Stage,
  syncKey,
  syncOf,
  timeOf,
  unless,
} from './catalog-store.stage.ts';

type Page = { readonly ids: readonly string[]; readonly next: string | undefined };

/** All that a walk finds. `meanwhile` is called after each page. */
async function walk(
  pageFrom: (from: string | undefined) => Promise<Page>,
  limit: number,
  meanwhile: (page: number) => Promise<unknown> = async () => {},
): Promise<{ readonly ids: readonly string[]; readonly wrong: readonly string[] }> {
  const ids: string[] = [];
  const wrong: string[] = [];
  let from: string | undefined;
  for (let page = 1; page <= 100; page += 1) {
    const { ids: found, next } = await pageFrom(from);
    if (found.length > limit) wrong.push(`a page of ${found.length} where ${limit} were asked for`);
    ids.push(...found);
    if (next === undefined) return { ids, wrong };
    from = next;
    await meanwhile(page);
  }
  return { ids, wrong: [...wrong, 'a walk without end'] };
}

const operationIdsOf = async (page: Promise<{ operationIds: readonly string[]; next: string | undefined }>) => {
  const { operationIds: ids, next } = await page;
  return { ids, next };
};

const twice = (ids: readonly string[]) => ids.length - new Set(ids).size;

function putOperation({ store }: Stage, id: string, customerId: string, createdAt: string, dueAt?: string) {
  const record = operationOf(id, customerId, { createdAt, ...(dueAt !== undefined && { dueAt }) });
  return store.commit({ it: put(operationKey(id), record, absent) });
}

function putSync({ store }: Stage, id: string, dueAt?: string) {
  return store.commit({ it: put(syncKey(id), syncOf(dueAt === undefined ? {} : { dueAt }), absent) });
}

export const listPromises: readonly CatalogPromise[] = [
  {
    promise: 'lists what is due, of whatever type, the earliest first, and nothing that is not due',
    async violations(stage) {
      const now = timeOf(stage);
      const ids = Array.from({ length: 6 }, newId);
      const [overdue, dueNow, later, never, moved, done] = ids as [string, string, string, string, string, string];
      await putOperation(stage, overdue, newId(), now, timeOf(stage, -2_000));
      await putSync(stage, dueNow, now);
      await putSync(stage, later, timeOf(stage, 1));
      await putSync(stage, never);
      await putSync(stage, moved, timeOf(stage, 5_000));
      await putSync(stage, done, now);
      const dueAt = timeOf(stage, -1_000);
      await stage.store.commit({
        moved: change(syncKey(moved), { dueAt }, equal('revision', 0)),
        done: change(syncKey(done), { dueAt: undefined }, equal('revision', 0)),
      });
      const due = await stage.store.listDue(now, 100);
      const expected = [
        { key: operationKey(overdue), dueAt: timeOf(stage, -2_000) },
        { key: syncKey(moved), dueAt },
        { key: syncKey(dueNow), dueAt: now },
      ];
      return unless(isDeepStrictEqual(due, expected), `it lists ${JSON.stringify(due)}`);
    },
  },
  {
    promise: 'lists no more than asked for of what is due, and the rest once that is done',
    async violations(stage) {
      const now = timeOf(stage);
      const ids = Array.from({ length: 30 }, newId);
      for (const [index, id] of ids.entries()) await putSync(stage, id, timeOf(stage, -index));
      const found: string[] = [];
      const wrong: string[] = [];
      for (let look = 0; look < 30 && found.length < ids.length; look += 1) {
        const due = await stage.store.listDue(now, 3);
        if (due.length > 3) wrong.push(`${due.length} where 3 were asked for`);
        for (const { key } of due) {
          if (key.type !== 'sync') continue;
          found.push(key.customerId);
          await stage.store.commit({ it: change(key, { dueAt: undefined }, equal('revision', 0)) });
        }
      }
      return [...wrong, ...unless(found.length === 30 && twice(found) === 0, `${found.length} of 30 are found`)];
    },
  },
  {
    promise: 'lists each listed customer once in a walk, while others come, go and change',
    async violations(stage) {
      const { store } = stage;
      const ids = Array.from({ length: 25 }, newId);
      const make = (id: string, isListed = true) =>
        store.commit({ it: put(customerKey(id), customerOf(id, isListed ? { listKey: id } : {}), absent) });
      const unlist = (id: string) =>
        store.commit({ it: change(customerKey(id), { listKey: undefined }, equal('version', 5)) });
      for (const id of ids) await make(id);
      await make(newId(), false);
      const [gone, going, ...staying] = ids as [string, string, ...string[]];
      await unlist(gone);
      const { ids: found, wrong } = await walk(
        async (from) => {
          const { customerIds, next } = await store.listCustomers(4, from);
          return { ids: customerIds, next };
        },
        4,
        async (page) => {
          await make(newId());
          if (page === 1) await unlist(going);
          for (const id of staying)
            await store.commit({ it: change(customerKey(id), { name: 'N' }, missing('owner')) });
        },
      );
      return [
        ...wrong,
        ...unless(twice(found) === 0, `${twice(found)} come twice`),
        ...unless(
          staying.every((id) => found.includes(id)),
          'some are missed',
        ),
        ...unless(!found.includes(gone), 'one that is not listed comes'),
      ];
    },
  },
  {
    promise: "lists a customer's audit entries newest first, each once, while new ones come",
    async violations(stage) {
      const { store } = stage;
      const [id, other] = [newId(), newId()];
      const write = (customerId: string, at: string) =>
        store.commit({ it: put(auditKey(customerId, at), auditOf(at), absent) });
      const times = Array.from({ length: 10 }, (_, index) => timeOf(stage, index * 7));
      for (const at of times) await write(id, at);
      await write(id, times[4] as string);
      await write(other, times[5] as string);
      const { ids: found, wrong } = await walk(
        async (from) => {
          const { entries, next } = await store.listAudit(id, 3, from);
          return { ids: entries.map(({ at }) => at), next };
        },
        3,
        (page) => write(id, timeOf(stage, 1_000 + page)),
      );
      const expected = [...times, times[4] as string].sort().reverse();
      const { next } = await store.listAudit(other, 1, undefined);
      return [
        ...wrong,
        ...unless(isDeepStrictEqual(found, expected), `it lists ${found}`),
        ...unless(next === undefined, 'it says that there is more where there is none'),
      ];
    },
  },
  {
    promise: 'lists all unfinished operations in a walk, also those whose due time moves on, and nothing else',
    async violations(stage) {
      const ids = Array.from({ length: 20 }, newId);
      for (const [index, id] of ids.entries())
        await putOperation(stage, id, newId(), timeOf(stage), timeOf(stage, index));
      const [ended, ...unfinished] = ids as [string, ...string[]];
      await stage.store.commit({ it: change(operationKey(ended), { dueAt: undefined }, equal('fence', 1)) });
      for (let other = 0; other < 5; other += 1) await putSync(stage, newId(), timeOf(stage, other));
      const { ids: found, wrong } = await walk(
        (from) => operationIdsOf(stage.store.listUnfinished(3, from)),
        3,
        async (page) => {
          for (const id of unfinished.slice(page, page + 3)) {
            const dueAt = timeOf(stage, 10_000 + page);
            await stage.store.commit({ it: change(operationKey(id), { dueAt }, equal('fence', 1)) });
          }
        },
      );
      const since = await walk((from) => operationIdsOf(stage.store.listUnfinished(2, from, timeOf(stage, 5_000))), 2);
      const movedOn = new Set(unfinished.filter((id) => since.ids.includes(id)));
      return [
        ...wrong,
        ...since.wrong,
        ...unless(
          unfinished.every((id) => found.includes(id)),
          'some are missed',
        ),
        ...unless(
          found.every((id) => unfinished.includes(id)),
          'others are listed',
        ),
        ...unless(twice(since.ids) === 0 && movedOn.size === since.ids.length, 'others are due since then'),
        ...unless(since.ids.length > 0 && since.ids.length < unfinished.length, 'the due time decides nothing'),
      ];
    },
  },
  {
    promise: "lists a customer's operations newest first, finished or not, each once, while new ones come",
    async violations(stage) {
      const [customerId, other] = [newId(), newId()];
      const ids = Array.from({ length: 11 }, newId);
      for (const [index, id] of ids.entries()) {
        await putOperation(stage, id, customerId, timeOf(stage, index), index % 2 === 0 ? timeOf(stage) : undefined);
      }
      await putOperation(stage, newId(), other, timeOf(stage, 3));
      const { ids: found, wrong } = await walk(
        (from) => operationIdsOf(stage.store.listOperationsOf(customerId, 3, from)),
        3,
        (page) => putOperation(stage, newId(), customerId, timeOf(stage, 1_000 + page)),
      );
      return [...wrong, ...unless(isDeepStrictEqual(found, ids.toReversed()), `it lists ${found}`)];
    },
  },
];
