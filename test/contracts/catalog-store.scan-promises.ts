import { createHash } from 'node:crypto';
import { normalizeEmail } from '#domain/email.ts';
import { absent, change, put, remove, type Scanned } from '#ports/catalog-store.ts';
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
    for (let from: string | undefined, page = 0; page < 200; page += 1) {
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
      lease: put(leaseKey(id), { fence: 1 }, absent),
    });
  }
}

const names = (found: readonly Scanned[]) => found.map(({ key }) => JSON.stringify(Object.entries(key).sort()));

export const scanPromises: readonly CatalogPromise[] = [
  {
    promise: 'scans every record of the scanned types once, in however many parts, while others come and go',
    async violations(stage) {
      const ids = Array.from({ length: 12 }, newId);
      await putCustomers(stage, ids);
      const expected = ids.flatMap((id) => [
        ...[customerKey(id), syncKey(id), operationKey(id)],
        { type: 'link', integration: 'stripe', externalId: `cus_${id}` },
        { type: 'emailClaim', emailHash: hashOf(normalizeEmail(id)) },
      ]);
      const wanted = names(expected.map((key) => ({ key }) as unknown as Scanned));
      const wrong: string[] = [];
      for (const parts of [1, 3]) {
        const found = names((await walk(stage, parts, 7, () => putCustomers(stage, [newId()]))).flat());
        if (new Set(found).size < found.length) wrong.push(`in ${parts} parts some come twice`);
        if (!wanted.every((name) => found.includes(name))) wrong.push(`in ${parts} parts some are missed`);
        if (found.some((name) => name.includes('lease'))) wrong.push('it tells of leases');
        const audits = found.filter((name) => name.includes('audit') && ids.some((id) => name.includes(id)));
        if (audits.length !== 2 * ids.length) wrong.push(`it tells of ${audits.length} audit entries`);
      }
      return wrong;
    },
  },
  {
    promise: 'scans the records as they are, those of one customer one after the other, and none that has expired',
    async violations(stage) {
      const { store, clock } = stage;
      const ids = Array.from({ length: 8 }, newId);
      await putCustomers(stage, ids);
      const [first] = ids as [string];
      const record = operationOf(first, first, { status: 'succeeded', expiresAtSeconds: clock.nowMs() / 1000 + 60 });
      await store.commit({ it: put(operationKey('ended'), record, absent) });
      await clock.pass(60_000);
      const all = (await walk(stage, 2, 5)).flat();
      const own = all.flatMap(({ key }) => ('customerId' in key ? [key.customerId] : []));
      const changes = own.filter((id, index) => id !== own[index - 1]).length;
      const customer = all.find(({ key }) => key.type === 'customer' && key.customerId === first)?.record;
      return [
        ...unless(changes === ids.length, 'the records of a customer are not together'),
        ...unless(isSame(customer, customerOf(first)), `it tells of ${JSON.stringify(customer)}`),
        ...unless(!names(all).some((name) => name.includes('"ended"')), 'it tells of what has expired'),
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
];
