import {
  anothers,
  customerWith,
  ended,
  foundIn,
  OVERDUE,
  ofCustomer,
  operationWith,
  type Row,
  reserved,
  rowsOf,
  SOON,
  syncWith,
  tombstone,
  twinWith,
} from './evidence.ts';

const other = customerWith({ id: 'd', email: 'other@example.com' });

const CUSTOMERS: readonly Row[] = [
  ['is well', ofCustomer()],
  ['has no claim', ofCustomer({ claim: undefined }), 'email-claim-missing: claim-email'],
  [
    'has no email, and no claim',
    ofCustomer({
      ...{ claim: undefined, customer: customerWith({ email: null }), twin: twinWith({ email: null }) },
      sync: syncWith({ base: { name: 'Jane', email: null } }),
    }),
  ],
  [
    'is a tombstone, and has no claim',
    ofCustomer({ claim: undefined, customer: tombstone, twin: twinWith({ isDeleted: true }) }),
  ],
  [
    'has a claim that names another',
    ofCustomer({ claim: { state: 'held', customerId: 'd' }, claimant: other }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'has a claim that names nobody',
    ofCustomer({ claim: { state: 'held', customerId: 'd' } }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'has a claim that an operation of another’s reserves',
    ofCustomer({ claim: reserved, claimOperation: operationWith({ id: 'p' }), claimant: other }),
  ],
  [
    'has a claim that an ended operation of another’s has left',
    ofCustomer({ claim: reserved, claimOperation: ended, claimant: other }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'is gone, and its email is another’s now',
    ofCustomer({
      ...{ customer: tombstone, claim: { state: 'held', customerId: 'd' }, claimant: other },
      twin: twinWith({ isDeleted: true }),
    }),
  ],
  [
    'has the email of another who has the claim',
    ofCustomer({
      ...{ claim: { state: 'held', customerId: 'd' }, claimant: customerWith({ id: 'd', email: 'JANE@example.com' }) },
    }),
    'email-duplicate: (none)',
  ],
  [
    'has the email of a tombstone that has the claim',
    ofCustomer({
      claim: { state: 'held', customerId: 'd' },
      claimant: customerWith({ id: 'd', status: 'deleted' }),
    }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'has no email, and the claim of one who has',
    ofCustomer({
      ...{ customer: customerWith({ email: null }), claim: { state: 'held', customerId: 'd' } },
      ...{ claimant: customerWith({ id: 'd' }), sync: syncWith({ base: { name: 'Jane', email: null } }) },
      twin: twinWith({ email: null }),
    }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'has an email that is claimed by one who has none',
    ofCustomer({ claim: { state: 'held', customerId: 'd' }, claimant: customerWith({ id: 'd', email: null }) }),
    'email-claim-wrong-owner: claim-email',
  ],
  [
    'has no email as another has none',
    ofCustomer({
      ...{ customer: customerWith({ email: null }), claim: { state: 'held', customerId: 'd' } },
      ...{ claimant: customerWith({ id: 'd', email: null }), sync: syncWith({ base: { name: 'Jane', email: null } }) },
      twin: twinWith({ email: null }),
    }),
    'email-claim-wrong-owner: claim-email',
  ],

  ['has no link', ofCustomer({ link: undefined }), 'link-missing: link'],
  ['has a link that names nobody', ofCustomer({ link: { revision: 1 } }), 'link-missing: link'],
  [
    'has no link, and no mark',
    ofCustomer({ link: undefined, twin: twinWith({ owner: 'nobody' }) }),
    'link-missing: link',
  ],
  [
    'has no link, and another’s mark',
    ofCustomer({ link: undefined, twin: twinWith({ owner: anothers }) }),
    'link-missing: (link)',
  ],
  [
    'has no link, and another deployment’s mark',
    ofCustomer({ link: undefined, twin: twinWith({ owner: 'another deployment' }) }),
    'link-missing: (link)',
  ],
  ['has no link, and is owed', ofCustomer({ link: undefined, sync: syncWith({ retryAt: SOON }) })],
  [
    'has a link that names another who names it too',
    ofCustomer({ link: { customerId: 'd' }, linkedSync: syncWith() }),
    'external-id-shared: (none)',
  ],
  [
    'has a link that names another who names it not',
    ofCustomer({ link: { customerId: 'd' }, linkedSync: syncWith({ externalId: 'cus_2' }) }),
    'link-names-another: (relink)',
  ],
  [
    'has a link that names another of whom nothing is known',
    ofCustomer({ link: { customerId: 'd' } }),
    'link-names-another: (relink)',
  ],

  ['is deleted in Stripe', ofCustomer({ twin: twinWith({ isDeleted: true }) }), 'stripe-customer-deleted: sync'],
  [
    'is deleted in Stripe, and is to be looked at',
    ofCustomer({ twin: twinWith({ isDeleted: true }), sync: syncWith({ dueAt: OVERDUE }) }),
  ],
  ['is deleted on both sides', ofCustomer({ customer: tombstone, twin: twinWith({ isDeleted: true }) })],
  ['is not known to Stripe', ofCustomer({ twin: 'unknown' }), 'stripe-customer-unknown: (create-anew)'],
  ['is deleted here, and not known to Stripe', ofCustomer({ customer: tombstone, twin: 'unknown' })],
  ['is deleted here only', ofCustomer({ customer: tombstone }), 'tombstone-alive: (delete-in-stripe)'],
  [
    'is deleted here only, and never used',
    ofCustomer({ customer: tombstone, isTwinUnused: true }),
    'tombstone-alive: delete-in-stripe',
  ],
  [
    'is deleted here only, and pending',
    ofCustomer({ customer: tombstone, sync: syncWith({ status: 'pending' }) }),
    'tombstone-alive: (delete-in-stripe)',
  ],
  [
    'is deleted in Stripe, and pending',
    ofCustomer({ twin: twinWith({ isDeleted: true }), sync: syncWith({ status: 'pending' }) }),
    'stripe-customer-deleted: sync',
  ],
  [
    'is not known to Stripe, and pending',
    ofCustomer({ twin: 'unknown', sync: syncWith({ status: 'pending' }) }),
    'stripe-customer-unknown: (create-anew)',
  ],
  ['is deleted here, and owed', ofCustomer({ customer: tombstone, sync: syncWith({ dueAt: OVERDUE }) })],
  ['is not marked', ofCustomer({ twin: twinWith({ owner: 'nobody' }) }), 'stripe-customer-unmarked: mark'],
  [
    'is not marked, and is to be',
    ofCustomer({ twin: twinWith({ owner: 'nobody' }), sync: syncWith({ isUnmarked: true }) }),
  ],
  ['has another’s mark', ofCustomer({ twin: twinWith({ owner: anothers }) }), 'metadata-names-another: (mark)'],
  [
    'has another deployment’s mark',
    ofCustomer({ twin: twinWith({ owner: 'another deployment' }) }),
    'metadata-names-another: (mark)',
  ],
];

describe('what is wrong, and what is done about it unasked, of', () => {
  it.each(rowsOf(CUSTOMERS))('a customer that %s', (_, evidence, found) => {
    expect(foundIn(evidence)).toEqual(found);
  });
});
