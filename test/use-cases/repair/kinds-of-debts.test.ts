import { isInTime } from '#use-cases/repair/kinds/kind.ts';
import {
  attemptWith,
  customerWith,
  ended,
  foundIn,
  LONG_AGO,
  NOW,
  OVERDUE,
  ofCustomer,
  operationWith,
  type Row,
  rowsOf,
  SOON,
  syncWith,
  tombstone,
  twinWith,
} from './evidence.ts';

const nameless = twinWith({ name: null });

const CUSTOMERS: readonly Row[] = [
  ['was renamed in Stripe', ofCustomer({ twin: twinWith({ name: 'Janet' }) }), 'name-drift: sync'],
  ['was renamed here', ofCustomer({ customer: customerWith({ name: 'Janet' }) }), 'name-drift: sync'],
  [
    'was renamed in Stripe, and is owed',
    ofCustomer({ twin: nameless, sync: syncWith({ attemptKey: 'k' }) }),
    'attempt-missing: (forget-attempt)',
  ],
  ['is nobody, and stands nowhere', ofCustomer({ customer: undefined, sync: undefined, claim: undefined })],
  ['has another name in Stripe, as was agreed', ofCustomer({ twin: twinWith({ name: ' Jane ' }) })],
  ['has another email in Stripe', ofCustomer({ twin: twinWith({ email: 'janet@example.com' }) }), 'email-drift: sync'],
  [
    'has another email here, which is owed to Stripe',
    ofCustomer({ customer: customerWith({ email: 'janet@example.com' }), holderId: 'd' }),
    'email-drift: sync',
  ],
  [
    'has an email in Stripe that another holds',
    ofCustomer({ twin: twinWith({ email: 'other@example.com' }), holderId: 'd' }),
    'stripe-email-shared: sync',
  ],
  [
    'has an email in Stripe that another holds, which is known',
    ofCustomer({
      ...{ twin: twinWith({ email: 'other@example.com' }), holderId: 'd' },
      sync: syncWith({ conflict: { field: 'email', stripeValue: 'other@example.com', since: LONG_AGO } }),
    }),
  ],
  [
    'is in conflict, and was renamed in Stripe',
    ofCustomer({
      ...{ twin: twinWith({ name: 'Janet', email: 'other@example.com' }), holderId: 'd' },
      sync: syncWith({ conflict: { field: 'email', stripeValue: 'other@example.com', since: LONG_AGO } }),
    }),
    'name-drift: sync',
  ],
  [
    'agreed on another name once',
    ofCustomer({ sync: syncWith({ base: { name: 'Old', email: 'jane@example.com' } }) }),
    'base-disagrees: sync',
  ],
  [
    'agreed on another email once',
    ofCustomer({ sync: syncWith({ base: { name: 'Jane', email: 'old@example.com' } }) }),
    'base-disagrees: sync',
  ],
  ['never agreed on anything', ofCustomer({ sync: syncWith({ base: undefined }) }), 'base-disagrees: sync'],

  ['stands nowhere', ofCustomer({ sync: undefined, twin: undefined }), 'sync-missing: add-sync'],
  [
    'stands nowhere, and is being made',
    ofCustomer({ sync: undefined, twin: undefined, customer: customerWith({ status: 'pending' }) }),
  ],
  ['stands nowhere, and is deleted', ofCustomer({ sync: undefined, twin: undefined, customer: tombstone })],
  [
    'is not there, but stands somewhere',
    ofCustomer({ customer: undefined, claim: undefined, changes: 0 }),
    'sync-dangling: (remove-sync)',
  ],
  ...(['pending', 'failed', 'orphaned'] as const).map(
    (status): Row => [`is ${status}, and not due`, ofCustomer({ sync: syncWith({ status }) }), 'debt-forgotten: sync'],
  ),
  ['is in conflict, and not due', ofCustomer({ sync: syncWith({ status: 'conflict' }) })],
  ['was brought over in another version', ofCustomer({ sync: syncWith({ syncedVersion: 1 }) }), 'debt-forgotten: sync'],
  [
    'was brought over in another version, and has drifted, which is told',
    ofCustomer({ sync: syncWith({ syncedVersion: 1 }), twin: nameless }),
    'name-drift: sync',
  ],
  [
    'has no twin',
    ofCustomer({ sync: syncWith({ externalId: undefined }), twin: undefined, link: undefined }),
    'debt-forgotten: sync',
  ],
  [
    'has no twin, but one that is marked as its own',
    ofCustomer({ sync: syncWith({ externalId: undefined }), twin: undefined, link: undefined, hint: 'cus_2' }),
  ],
  [
    'is pending, and one is marked as its own',
    ofCustomer({ sync: syncWith({ status: 'pending' }), hint: 'cus_2' }),
    'debt-forgotten: sync',
  ],
  [
    'is deleted, and never had a twin',
    ofCustomer({
      ...{ customer: tombstone, sync: syncWith({ externalId: undefined }), twin: undefined, link: undefined },
    }),
  ],
  [
    'is deleted, which was not brought over',
    ofCustomer({
      customer: customerWith({ status: 'deleted', version: 3 }),
      twin: undefined,
      link: undefined,
      changes: 3,
    }),
    'debt-forgotten: sync',
  ],

  [
    'has been due for too long',
    ofCustomer({ sync: syncWith({ status: 'pending', dueAt: LONG_AGO }) }),
    'pending-too-long: sync',
  ],
  [
    'has been due again for too long',
    ofCustomer({ sync: syncWith({ status: 'failed', retryAt: LONG_AGO }) }),
    'pending-too-long: sync',
  ],
  ['is due since the grace period began', ofCustomer({ sync: syncWith({ status: 'pending', dueAt: OVERDUE }) })],
  [
    'is due for an email that another has',
    ofCustomer({
      sync: syncWith({ dueAt: LONG_AGO, conflict: { field: 'email', stripeValue: 'x@example.com', since: LONG_AGO } }),
    }),
  ],
  [
    'has been due for too long, and is not known to Stripe',
    ofCustomer({ sync: syncWith({ dueAt: LONG_AGO }), twin: 'unknown' }),
    'stripe-customer-unknown: (create-anew)',
  ],
  [
    'is not there, and due for long',
    ofCustomer({ customer: undefined, sync: syncWith({ dueAt: LONG_AGO }), claim: undefined }),
    'sync-dangling: (remove-sync)',
  ],
  [
    'waits for an attempt',
    ofCustomer({ sync: syncWith({ attemptKey: 'k', dueAt: LONG_AGO }), attempt: attemptWith() }),
    'attempt-unknown-too-long: sync',
  ],
  [
    'waits for an attempt of which nothing is known',
    ofCustomer({ sync: syncWith({ attemptKey: 'k' }) }),
    'attempt-missing: (forget-attempt)',
  ],
  [
    'has a run that was not given back',
    ofCustomer({ sync: syncWith({ runId: 'r', runExpiresAt: LONG_AGO }) }),
    'run-abandoned: sync',
  ],
  ['has an attempt that has ended', ofCustomer({ attempt: attemptWith({ outcome: 'accepted' }) })],
  [
    'has a run that was not given back, and an attempt',
    ofCustomer({ sync: syncWith({ runId: 'r', attemptKey: 'k' }), attempt: attemptWith() }),
    'attempt-unknown-too-long: sync',
  ],
  [
    'has a run that was not given back, and has drifted',
    ofCustomer({ sync: syncWith({ runId: 'r' }), twin: nameless }),
    'run-abandoned: sync',
  ],
  ['has a run that was not given back, and is due', ofCustomer({ sync: syncWith({ runId: 'r', dueAt: OVERDUE }) })],
  ['is held by nobody', ofCustomer({ customer: customerWith({ owner: 'o' }) }), 'owner-dangling: free-owner'],
  [
    'is held by an operation that has ended',
    ofCustomer({ customer: customerWith({ owner: 'p' }), operation: ended }),
    'owner-dangling: free-owner',
  ],
  [
    'is held by nobody while it is made',
    ofCustomer({ customer: customerWith({ owner: 'o', status: 'pending' }) }),
    'owner-dangling: (free-owner)',
  ],
  ['is held by an operation', ofCustomer({ customer: customerWith({ owner: 'o' }), operation: operationWith() })],
  ['has an untold version', ofCustomer({ changes: 1 }), 'audit-gap: (none)'],
  ['has more told than versions', ofCustomer({ changes: 3 })],
  [
    'is deleted, and has an untold version',
    ofCustomer({ customer: tombstone, twin: twinWith({ isDeleted: true }), changes: 1 }),
  ],
];

describe('what is wrong, and what is done about it unasked, of', () => {
  it.each(rowsOf(CUSTOMERS))('a customer that %s', (_, evidence, found) => {
    expect(foundIn(evidence)).toEqual(found);
  });
});

describe('whether there is time left', () => {
  it.each([
    ['for what is due later', { dueAt: SOON }, true],
    ['for what became due within the grace period', { dueAt: NOW }, true],
    ['for what became due as it began', { dueAt: OVERDUE }, false],
    ['for what is to be tried again later', { retryAt: SOON }, true],
    ['for what is overdue, though it would be tried again later', { dueAt: LONG_AGO, retryAt: SOON }, false],
    ['for a run that is live', { runExpiresAt: SOON }, true],
    ['for a run that ends now', { runExpiresAt: NOW }, false],
    ['for nothing', {}, false],
  ] as const)('%s', (_, standing, expected) => {
    expect(isInTime(standing, { now: NOW, overdueAt: OVERDUE })).toBe(expected);
  });
});
