import { createHash } from 'node:crypto';
import { normalizeEmail } from '#domain/email.ts';
import { absent, add, atMost, change, put, remove, type Scanned } from '#ports/catalog-store.ts';
import {
  auditKey,
  auditOf,
  type CatalogPromise,
  counterKey,
  customerKey,
  customerOf,
  isSame,
  leaseKey,
  newId,
  operationKey,
  operationOf,
  type Stage,
  syncKey,
  syncOf,
  timeOf,
  unless,
} from './catalog-store.stage.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** All that a walk through the parts finds, part by part. `meanwhile` is called after each page. */
async function walk({ store }: Stage, of: number, limit: number, meanwhile: () => Promise<unknown> = async () => {}) {
  const parts: Scanned[][] = [];
  for (let part = 0; part < of; part += 1) {
    const all: Scanned[] = [];
    for (let from: string | undefined, page = 0; page < 100; page += 1) {
      const { found, next } = await store.scan(part, of, limit, from);
      all.push(...found);
      await meanwhile();
      if (next === undefined) break;
      from = next;
    }
    parts.push(all);
  }
  return parts;
}

async function putCustomers(stage: Stage, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await stage.store.commit({
      customer: put(customerKey(id), customerOf(id), absent),
      sync: put(syncKey(id), syncOf(), absent),
      first: put(auditKey(id, timeOf(stage)), auditOf(timeOf(stage)), absent),
      second: put(auditKey(id, timeOf(stage, 1)), auditOf(timeOf(stage, 1)), absent),
      claim: put({ type: 'emailClaim', email: normalizeEmail(id) } as const, { state: 'held', customerId: id }, absent),
      link: put({ type: 'link', integration: 'stripe', externalId: `cus_${id}` } as const, { customerId: id }, absent),
      operation: put(operationKey(id), operationOf(id, id), absent),
      lease: put(leaseKey(`the lease of ${id}`), { fence: 1 }, absent),
      key: put(requestKey(id), { fingerprint: 'f', requestId: 'r', expiresAtSeconds: 4e9 }, absent),
      counter: add(counterKey(id), { live: 1 }),
    });
  }
}

const requestKey = (key: string) => ({ type: 'requestKey', scope: 'scope', key }) as const;

const names = (found: readonly Scanned[]) => found.map(({ key }) => JSON.stringify(Object.entries(key).sort()));

export const scanPromises: readonly CatalogPromise[] = [
  {
    promise: 'scans every record of the scanned types once, in however many parts, while others come and go',
    async violations(stage) {
      const ids = Array.from({ length: 12 }, newId);
      await putCustomers(stage, ids);
      const expected = ids.flatMap((id) => [
        ...[customerKey(id), syncKey(id), operationKey(id), leaseKey(`the lease of ${id}`)],
        { type: 'requestKey', keyHash: hashOf(JSON.stringify(['scope', id])) },
        { type: 'link', integration: 'stripe', externalId: `cus_${id}` },
        { type: 'emailClaim', emailHash: hashOf(normalizeEmail(id)) },
      ]);
      const wanted = names(expected.map((key) => ({ key }) as unknown as Scanned));
      const wrong: string[] = [];
      for (const parts of [1, 3]) {
        const found = names((await walk(stage, parts, 20, () => putCustomers(stage, [newId()]))).flat());
        if (new Set(found).size < found.length) wrong.push(`in ${parts} parts some come twice`);
        if (!wanted.every((name) => found.includes(name))) wrong.push(`in ${parts} parts some are missed`);
        if (found.some((name) => name.includes('counter'))) wrong.push('it tells of counters');
        const audits = found.filter((name) => name.includes('audit') && ids.some((id) => name.includes(id)));
        if (audits.length !== 2 * ids.length) wrong.push(`it tells of ${audits.length} audit entries`);
      }
      return wrong;
    },
  },
  {
    promise: 'scans the records as they are, those of one customer one after the other, and what has expired apart',
    async violations(stage) {
      const { store, clock } = stage;
      const ids = Array.from({ length: 8 }, newId);
      await putCustomers(stage, ids);
      const [first] = ids as [string];
      const record = operationOf(first, first, { status: 'succeeded', expiresAtSeconds: clock.nowMs() / 1000 + 60 });
      await store.commit({ it: put(operationKey('ended'), record, absent) });
      await clock.pass(60_000);
      const all = (await walk(stage, 2, 5)).flat();
      const { expired } = await store.scan(0, 1, 1_000, undefined);
      const own = all.flatMap(({ key }) => ('customerId' in key ? [key.customerId] : []));
      const changes = own.filter((id, index) => id !== own[index - 1]).length;
      const customer = all.find(({ key }) => key.type === 'customer' && key.customerId === first)?.record;
      return [
        ...unless(changes === ids.length, 'the records of a customer are not together'),
        ...unless(isSame(customer, customerOf(first)), `it tells of ${JSON.stringify(customer)}`),
        ...unless(!names(all).some((name) => name.includes('"ended"')), 'it tells of what has expired'),
        ...unless(expired.length === 1 && isSame(expired[0]?.record, record), 'it does not tell it apart'),
      ];
    },
  },
  {
    promise: 'takes the hash of an email for the same claim as the email',
    async violations({ store }) {
      const email = normalizeEmail(`${newId()}@example.com`);
      const byHash = { type: 'emailClaim', emailHash: hashOf(email) } as const;
      await store.commit({ it: put({ type: 'emailClaim', email }, { state: 'held', customerId: 'a' }, absent) });
      const [claim] = await store.read([byHash]);
      await store.commit({ it: change(byHash, { customerId: 'b' }, { is: 'equal', field: 'customerId', value: 'a' }) });
      const [changed] = await store.read([{ type: 'emailClaim', email }]);
      await store.commit({ it: remove(byHash, { is: 'equal', field: 'customerId', value: 'b' }) });
      const [gone] = await store.read([{ type: 'emailClaim', email }]);
      return [
        ...unless(isSame(claim, { state: 'held', customerId: 'a' }), 'it is not found by its hash'),
        ...unless(changed?.customerId === 'b' && gone === undefined, 'it is not written by its hash'),
      ];
    },
  },
  {
    promise: 'takes the hash of a request key for the same record as the key, also once it has expired',
    async violations({ store, clock }) {
      const key = newId();
      const keyHash = hashOf(JSON.stringify(['scope', key]));
      const expiresAtSeconds = clock.nowMs() / 1000 + 60;
      await store.commit({ it: put(requestKey(key), { fingerprint: 'f', requestId: 'r', expiresAtSeconds }, absent) });
      await clock.pass(60_000);
      const { expired } = await store.scan(0, 1, 1_000, undefined);
      const when = atMost<'expiresAtSeconds'>('expiresAtSeconds', expiresAtSeconds);
      const { committed } = await store.commit({ it: remove({ type: 'requestKey', keyHash }, when) });
      const left = (await store.scan(0, 1, 1_000, undefined)).expired;
      return [
        ...unless(
          names(expired).some((name) => name.includes(keyHash)),
          'it is not told of by its hash',
        ),
        ...unless(committed && left.length === 0, 'it is not removed by its hash'),
      ];
    },
  },
];
