import type { IntegrationName } from '#domain/integrations.ts';
import type { Scanned } from '#ports/catalog-store.ts';
import { oneBucket } from '#use-cases/repair/compare/buckets.ts';
import type { Claimed, Known, Ours } from '#use-cases/repair/compare/entries.ts';
import { matchCustomers } from '#use-cases/repair/compare/match-customers.ts';
import { matchEmails } from '#use-cases/repair/compare/match-emails.ts';
import { meetCatalog } from '#use-cases/repair/compare/scan-catalog.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { customerWith, LONG_AGO, NOW, operationWith, syncWith, tombstone } from './evidence.ts';

const suspectsOf = async (match: typeof matchCustomers, table: 'customers' | 'emails', entries: readonly object[]) => {
  const buckets = oneBucket();
  for (const entry of entries) buckets.add(table, 'key', entry as never);
  expect(await match(buckets, 0)).toBe(entries.length);
  return buckets.read('suspects', 0);
};

const there = { version: 2, isDeleted: false, isOwned: false, looks: 'jane', values: 'Jane' };
const standing = { revision: 7, externalId: 'cus_1', isSettled: true, isAsked: false, version: 2, values: 'Jane' };
const ours: Ours = { of: 'ours', id: 'c', customer: there, sync: standing, changes: 2 };
const standless: Ours = { of: 'ours', id: 'c', customer: there, changes: 2 };
const nobody: Ours = { of: 'ours', id: 'c', sync: standing, changes: 2 };
const external = { of: 'external', id: 'c', externalId: 'cus_1', looks: 'jane', isLinked: true } as const;
const link = { of: 'link', id: 'c', externalId: 'cus_1' } as const;
const customerSuspect = (stamp: object, hint?: string) => ({
  ...{ subject: { of: 'customer', customerId: 'c', ...(hint !== undefined && { hint }) }, stamp },
});
const whole = { version: 2, revision: 7, remote: 'jane' };
const suspect = customerSuspect(whole, 'cus_1');
const linkSuspect = (externalId: string) => ({ subject: { of: 'external', externalId }, stamp: {} });

type Row<Entry> = readonly [name: string, entries: readonly Entry[], ...suspects: object[]];
const rowsOf = <Entry>(rows: readonly Row<Entry>[]) =>
  rows.map(([name, entries, ...suspects]) => [name, entries, suspects] as const);

const GROUPS: readonly Row<Known>[] = [
  ['is in step', [ours, external, link]],
  ['lay on two pages', [{ ...standless, changes: 1 }, { ...nobody, changes: 1 }, external]],
  ['is held', [{ ...ours, customer: { ...there, isOwned: true } }, external], suspect],
  ['is owed', [{ ...ours, sync: { ...standing, isSettled: false } }, external], suspect],
  ['is asked to be looked at', [{ ...ours, sync: { ...standing, isAsked: true } }, external], suspect],
  ['was not brought over', [{ ...ours, sync: { ...standing, version: 1 } }, external], suspect],
  ['agreed on other values', [{ ...ours, sync: { ...standing, values: 'Janet' } }, external], suspect],
  [
    'looks otherwise in Stripe',
    [ours, { ...external, looks: 'janet' }],
    customerSuspect({ ...whole, remote: 'janet' }, 'cus_1'),
  ],
  ['is not linked', [ours, { ...external, isLinked: false }], suspect],
  ['has told of too few versions', [{ ...ours, changes: 1 }, external], suspect],
  ['has told of more than its versions', [{ ...ours, changes: 3 }, external]],
  ['is not in Stripe', [ours, link], customerSuspect({ version: 2, revision: 7 })],
  [
    'is in Stripe as another',
    [ours, { ...external, externalId: 'cus_2' }],
    customerSuspect({ version: 2, revision: 7 }, 'cus_2'),
  ],
  [
    'is in Stripe twice: the linked one is its own',
    [
      { ...ours, changes: 0 },
      { ...external, isLinked: false, externalId: 'cus_0' },
      external,
      { ...external, isLinked: false, externalId: 'cus_2' },
    ],
    suspect,
  ],
  [
    'is in Stripe twice, unlinked',
    [standless, { ...external, isLinked: false }, { ...external, isLinked: false, externalId: 'cus_2' }],
    customerSuspect({ version: 2 }, 'cus_1'),
  ],
  ['stands nowhere', [standless], customerSuspect({ version: 2 })],
  ['is not there, but stands', [nobody], customerSuspect({ revision: 7 })],
  ['is deleted', [{ ...ours, customer: { ...there, isDeleted: true } }]],
  ['is deleted, and stands nowhere', [{ ...standless, customer: { ...there, isDeleted: true } }]],
  ['is deleted, but not in Stripe', [{ ...ours, customer: { ...there, isDeleted: true } }, external], suspect],
  ['is of Stripe only', [external]],
  ['is told of by the audit only', [{ of: 'ours', id: 'c', changes: 1 }]],
  ['is linked, and is nobody', [link], linkSuspect('cus_1')],
  ['is linked to another too', [ours, external, { ...link, externalId: 'cus_2' }], linkSuspect('cus_2')],
  ['is linked, and stands nowhere', [standless, link], customerSuspect({ version: 2 }), linkSuspect('cus_1')],
  ['is deleted, stands nowhere, and is linked', [{ ...standless, customer: { ...there, isDeleted: true } }, link]],
  [
    'is deleted, and linked to another',
    [
      { ...ours, customer: { ...there, isDeleted: true } },
      { ...link, externalId: 'cus_2' },
    ],
  ],
  ['is not there, but stands, and is linked', [nobody, link], customerSuspect({ revision: 7 })],
];

const holder = { of: 'customer', hash: 'h', customerId: 'c', version: 2 } as const;
const other = { ...holder, customerId: 'd', version: 5 } as const;
const claim = { of: 'claim', hash: 'h', customerId: 'c', isReserved: false } as const;
const holderSuspect = (customerId: string, version: number) => ({
  subject: { of: 'customer', customerId },
  stamp: { version },
});
const claimSuspect = { subject: { of: 'claim', emailHash: 'h' }, stamp: {} };

const EMAILS: readonly Row<Claimed>[] = [
  ['is held by who has it', [claim, holder]],
  ['is claimed by nobody', [holder], holderSuspect('c', 2)],
  ['is claimed by another', [holder, { ...claim, customerId: 'd' }], holderSuspect('c', 2)],
  ['is two customers’', [claim, holder, other], holderSuspect('c', 2), holderSuspect('d', 5)],
  ['is claimed, and nobody’s', [claim], claimSuspect],
  ['is reserved, and nobody’s', [{ ...claim, isReserved: true }], claimSuspect],
  ['is still reserved for who has it', [{ ...claim, isReserved: true }, holder], claimSuspect],
  ['is reserved for another', [{ ...claim, isReserved: true, customerId: 'd' }, holder], holderSuspect('c', 2)],
];

describe('what is looked at again, because it does not look right', () => {
  it.each(rowsOf(GROUPS))('a customer that %s', async (_, entries, suspects) => {
    expect(await suspectsOf(matchCustomers, 'customers', entries)).toEqual(suspects);
  });

  it.each(rowsOf(EMAILS))('an email that %s', async (_, entries, suspects) => {
    expect(await suspectsOf(matchEmails, 'emails', entries)).toEqual(suspects);
  });

  it('each by itself, of many', async () => {
    const entries = [holder, claim, { ...holder, hash: 'i', customerId: 'd' }, { ...claim, hash: 'j' }];
    expect(await suspectsOf(matchEmails, 'emails', entries)).toEqual([
      ...[holderSuspect('d', 2), { ...claimSuspect, subject: { of: 'claim', emailHash: 'j' } }],
    ]);
  });
});

describe('what is met on a page of the catalog', () => {
  const { deps } = createRepairWorld();
  const digest = (text: string) => text;
  const meet = async (...found: readonly (readonly [Scanned['key'], object])[]) => {
    const buckets = oneBucket();
    const page = { found: found.map(([key, record]) => ({ key, record })), next: undefined };
    const live = meetCatalog({ ...deps, digest }, buckets, page as never);
    const [customers, emails, suspects] = await Promise.all([
      buckets.read('customers', 0),
      buckets.read('emails', 0),
      buckets.read('suspects', 0),
    ]);
    return { live, customers, emails, suspects };
  };
  const customerKey = { type: 'customer', customerId: 'c' } as const;
  const syncKey = { type: 'sync', customerId: 'c', integration: 'stripe' } as const;
  const auditOf = (n: number) => ({ type: 'audit', customerId: 'c', entryId: String(n) }) as const;
  const values = '["Jane","jane@ex';
  const looks = '["Jane","jane@ex';

  it('is a customer with how it stands and its changes, and who has its email', async () => {
    const change = { at: NOW, before: null, after: { name: 'Jane', email: null } };
    const lost = { ...change, before: change.after };
    // As of one that was born in Stripe without either.
    const empty = { ...change, after: { name: null, email: null } };
    const met = await meet(
      [customerKey, customerWith()],
      [syncKey, syncWith()],
      [auditOf(1), change],
      [auditOf(2), lost],
      [auditOf(3), empty],
    );
    expect(met).toEqual({
      live: 1,
      customers: [
        {
          ...{ of: 'ours', id: 'c', changes: 2 },
          customer: { version: 2, isDeleted: false, isOwned: false, looks, values },
          sync: { revision: 1, externalId: 'cus_1', isSettled: true, isAsked: false, version: 2, values },
        },
      ],
      emails: [{ of: 'customer', hash: 'jane@example.com', customerId: 'c', version: 2 }],
      suspects: [],
    });
  });

  it('is told of in parts where it lies on two pages', async () => {
    expect((await meet([syncKey, syncWith()])).customers).toMatchObject([{ of: 'ours', id: 'c', changes: 0 }]);
    expect((await meet([customerKey, customerWith()])).customers).not.toHaveProperty('0.sync');
  });

  it.each([
    ['held', { owner: 'o' }, { isOwned: true }],
    ['deleted', tombstone, { isDeleted: true, values: '[null,null]' }],
  ])('is a customer that is %s', async (_, changes, expected) => {
    const met = await meet([customerKey, customerWith(changes)]);
    expect(met.customers).toMatchObject([{ customer: expected }]);
    expect([met.live, met.emails.length]).toEqual('status' in changes ? [0, 0] : [1, 1]);
  });

  it.each([
    ['is due', { dueAt: LONG_AGO }, { isSettled: false }],
    ['is to be tried again', { retryAt: LONG_AGO }, { isSettled: false }],
    ['waits for an attempt', { attemptKey: 'k' }, { isSettled: false }],
    ['has a run', { runId: 'r' }, { isSettled: false }],
    ['is not synced', { status: 'conflict' }, { isSettled: false }],
    ['is asked to be looked at', { lookAgain: true }, { isSettled: true, isAsked: true }],
  ] as const)('is one that %s', async (_, changes, expected) => {
    expect((await meet([syncKey, syncWith(changes)])).customers).toMatchObject([{ sync: expected }]);
  });

  it('is one that has never been brought over', async () => {
    const never = syncWith({ externalId: undefined, base: undefined, syncedVersion: undefined });
    expect((await meet([syncKey, never])).customers).toEqual([
      { of: 'ours', id: 'c', changes: 0, sync: { revision: 1, isSettled: true, isAsked: false } },
    ]);
  });

  it('is nothing of how it stands with another integration', async () => {
    const integration = 'other' as IntegrationName;
    const met = await meet(
      [{ type: 'sync', customerId: 'c', integration }, syncWith()],
      [{ type: 'link', externalId: 'o1', integration }, { customerId: 'c' }],
    );
    expect(met).toEqual({ live: 0, customers: [], emails: [], suspects: [] });
  });

  it('is a claim, a link that names somebody, and an operation that has not ended', async () => {
    const met = await meet(
      [
        { type: 'emailClaim', emailHash: 'h' },
        { state: 'reserved', customerId: 'c' },
      ],
      [
        { type: 'emailClaim', emailHash: 'i' },
        { state: 'held', customerId: 'd' },
      ],
      [{ type: 'link', integration: 'stripe', externalId: 'cus_1' }, { customerId: 'c' }],
      [{ type: 'link', integration: 'stripe', externalId: 'cus_2' }, { revision: 1 }],
      [{ type: 'operation', operationId: 'o' }, operationWith()],
      [{ type: 'operation', operationId: 'p' }, operationWith({ status: 'succeeded' })],
    );
    expect(met).toEqual({
      live: 0,
      customers: [{ of: 'link', id: 'c', externalId: 'cus_1' }],
      emails: [
        { of: 'claim', hash: 'h', customerId: 'c', isReserved: true },
        { of: 'claim', hash: 'i', customerId: 'd', isReserved: false },
      ],
      suspects: [{ subject: { of: 'operation', operationId: 'o' }, stamp: {} }],
    });
  });
});
