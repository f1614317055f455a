import { absent, atMost, check, equal, put } from '#ports/catalog-store.ts';
import type { RequestKeyRecord } from '#ports/records.ts';
import {
  auditKey,
  auditOf,
  type CatalogPromise,
  customerKey,
  customerOf,
  isSame,
  leaseKey,
  newId,
  operationKey,
  operationOf,
  syncKey,
  timeOf,
  unless,
} from './catalog-store.stage.ts';

/** Changes whatever can be changed in a value, deep down. */
function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) scribble(part);
  Object.assign(value, { scribbled: true });
}

export const readPromises: readonly CatalogPromise[] = [
  {
    promise: 'answers the records of the keys in their order, however many, nothing where there is none',
    async violations({ store }) {
      const names = Array.from({ length: 250 }, newId);
      for (let at = 0; at < names.length; at += 50) {
        const some = names
          .slice(at, at + 50)
          .flatMap((name, index) => (at + index === 7 ? [] : ([[name, at + index]] as const)));
        await store.commit(
          Object.fromEntries(some.map(([name, fence]) => [name, put(leaseKey(name), { fence }, absent)])),
        );
      }
      const records = await store.read([...names, names[0] as string].map(leaseKey));
      const fences = records.map((record) => record?.fence);
      const expected = [...names.map((_, index) => (index === 7 ? undefined : index)), 0];
      return [
        ...unless(String(fences) === String(expected), `it answers ${fences}`),
        ...unless((await store.read([])).length === 0, 'it answers what was not asked'),
      ];
    },
  },
  {
    promise: 'keeps records of different types and names apart',
    async violations({ store }) {
      const id = newId();
      const others = [
        syncKey(id),
        operationKey(id),
        leaseKey(id),
        { type: 'link', integration: 'stripe', externalId: id },
        { type: 'attempt', customerId: id, key: id },
        { type: 'requestKey', scope: id, key: 'a' },
        { type: 'requestKey', scope: `${id}a`, key: '' },
      ] as const;
      await store.commit({
        customer: put(customerKey(id), customerOf(id), absent),
        requestKey: put(
          { type: 'requestKey', scope: id, key: '' },
          { fingerprint: 'f', requestId: 'r', expiresAtSeconds: 4_000_000_000 },
          absent,
        ),
      });
      const found = await store.read(others);
      const isReordered = await store.commit({ it: check({ customerId: id, type: 'customer' }, absent) });
      return [
        ...unless(
          found.every((record) => record === undefined),
          `it takes one for another: ${JSON.stringify(found)}`,
        ),
        ...unless(!isReordered.committed, 'it tells one key, said in another order, from itself'),
      ];
    },
  },
  {
    promise: 'shows no record from the moment of its expiry, though conditions still see it',
    async violations({ store, clock }) {
      const key = { type: 'requestKey', scope: newId(), key: newId() } as const;
      const expiresAtSeconds = clock.nowMs() / 1000 + 60;
      const record: RequestKeyRecord = { fingerprint: 'f', requestId: 'r', expiresAtSeconds };
      await store.commit({ it: put(key, record, absent) });
      await clock.pass(59_999);
      const [before] = await store.read([key]);
      await clock.pass(1);
      const [after, same] = await store.read([key, { ...key, key: `${key.key} other` }]);
      const [alone] = await store.read([key]);
      const anew = await store.commit({ it: put(key, record, absent) });
      const existing = anew.committed ? undefined : anew.refused.it?.existing;
      const replaced = await store.commit({ it: put(key, record, atMost('expiresAtSeconds', expiresAtSeconds)) });
      return [
        ...unless(isSame(before, record), 'it is gone too early'),
        ...unless(after === undefined && alone === undefined && same === undefined, 'it is shown when it has expired'),
        ...unless(isSame(existing, record), 'a condition does not see what stands there'),
        ...unless(replaced.committed, 'what has expired cannot be replaced'),
      ];
    },
  },
  {
    promise: 'takes and gives copies, so that nobody changes a record but by a commit',
    async violations(stage) {
      const { store } = stage;
      const [id, at] = [newId(), timeOf(stage)];
      const steps = [{ name: 's', attempt: 1, startedAt: at, endedAt: at, outcome: 'o' }];
      const operation = operationOf(id, newId(), { steps, dueAt: at });
      const [entry, entryKey] = [auditOf(at), auditKey(id, at)];
      const given = { operation: structuredClone(operation), entry: structuredClone(entry) };
      await store.commit({
        operation: put(operationKey(id), given.operation, absent),
        audit: put(entryKey, given.entry, absent),
      });
      const refusal = await store.commit({ it: put(operationKey(id), operation, absent) });
      for (const value of [
        given,
        await store.read([operationKey(id)]),
        refusal,
        await store.listAudit(id, 10, undefined),
        await store.listDue(at, 10),
      ])
        scribble(value);
      const [kept] = await store.read([operationKey(id)]);
      const { entries } = await store.listAudit(id, 10, undefined);
      const due = await store.listDue(at, 10);
      return [
        ...unless(isSame(kept, operation), `the record became ${JSON.stringify(kept)}`),
        ...unless(isSame(entries[0], entry), `the audit entry became ${JSON.stringify(entries)}`),
        ...unless(isSame(due[0]?.key, operationKey(id)), `the key became ${JSON.stringify(due)}`),
      ];
    },
  },
  {
    promise: 'shows what was just committed',
    async violations({ store }) {
      const name = newId();
      const wrong: string[] = [];
      for (let fence = 1; fence <= 20; fence += 1) {
        await store.commit({ it: put(leaseKey(name), { fence }, fence === 1 ? absent : equal('fence', fence - 1)) });
        const [record] = await store.read([leaseKey(name)]);
        if (record?.fence !== fence) wrong.push(`${record?.fence} after ${fence}`);
      }
      return wrong;
    },
  },
];
