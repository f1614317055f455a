import { abandonedClaimKinds } from '#use-cases/repair/kinds/claims.ts';
import { externalKinds } from '#use-cases/repair/kinds/externals.ts';
import { CUSTOMER_KINDS, KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';
import { operationKinds } from '#use-cases/repair/kinds/operations.ts';
import {
  anothers,
  attemptWith,
  customerWith,
  ended,
  foundIn,
  LONG_AGO,
  OVERDUE,
  ofClaim,
  ofExternal,
  ofOperation,
  operationWith,
  type Row,
  reserved,
  rowsOf,
  SOON,
  syncWith,
  tombstone,
  twinWith,
} from './evidence.ts';

const unlinked = { link: undefined, linked: undefined } as const;

const unlinkedOf = (changes: Parameters<typeof ofExternal>[0] = {}) => ofExternal({ ...unlinked, ...changes });
const named = (changes: object = {}) => ({ customerId: 'c', customer: customerWith(), sync: syncWith(), ...changes });
const born = { named: undefined, external: twinWith({ owner: 'nobody' }) } as const;

const EXTERNALS: readonly Row[] = [
  ['is well', ofExternal()],
  ['was born there', unlinkedOf(born), 'never-imported: adopt'],
  ['was born there, and is looked at', unlinkedOf({ ...born, link: { dueAt: SOON } }), 'adoption-overdue: adopt'],
  ['is gone', unlinkedOf({ external: undefined, named: undefined })],
  ['is gone, and was to be looked at', unlinkedOf({ external: undefined, named: undefined, link: { dueAt: SOON } })],
  ['is another deployment’s', unlinkedOf({ named: undefined, external: twinWith({ owner: 'another deployment' }) })],
  [
    'was made for nobody',
    unlinkedOf({ named: named({ customer: undefined, sync: undefined }) }),
    'stripe-orphan: (delete-in-stripe)',
  ],
  [
    'was made for nobody, and never used',
    unlinkedOf({ named: named({ customer: undefined, sync: undefined }), isUnused: true }),
    'stripe-orphan: delete-in-stripe',
  ],
  [
    'was made for a tombstone',
    unlinkedOf({ named: named({ customer: tombstone }), isUnused: true }),
    'stripe-orphan: delete-in-stripe',
  ],
  [
    'was made for nobody, and is looked at',
    unlinkedOf({ named: named({ customer: undefined }), link: { dueAt: SOON } }),
    'adoption-overdue: adopt',
  ],
  ['is being made', unlinkedOf({ named: named({ customer: undefined, operation: operationWith() }) })],
  ['is being made by an attempt', unlinkedOf({ named: named({ customer: undefined, attempt: attemptWith() }) })],
  [
    'was made by an attempt that has ended',
    unlinkedOf({ named: named({ customer: undefined, attempt: attemptWith({ outcome: 'lost' }) }) }),
    'stripe-orphan: (delete-in-stripe)',
  ],
  [
    'was made for one that has another',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: 'cus_2' }) }), isUnused: true }),
    'stripe-customer-doubled: (delete-in-stripe)',
  ],
  [
    'was made for one that has another, and is looked at',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: 'cus_2' }) }), link: { dueAt: SOON } }),
    'adoption-overdue: adopt',
  ],
  [
    'is made for one that has another',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: 'cus_2' }), operation: operationWith() }) }),
  ],
  ['was made for one that names it', unlinkedOf({ named: named() })],
  [
    'was made for one that has none',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: undefined }) }) }),
    'stripe-customer-not-linked: adopt',
  ],
  [
    'was made for one that has none, and is looked at',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: undefined }) }), link: { dueAt: SOON } }),
    'adoption-overdue: adopt',
  ],
  [
    'is made for one that has none',
    unlinkedOf({ named: named({ sync: syncWith({ externalId: undefined }), attempt: attemptWith() }) }),
  ],
  ['was made for one that stands nowhere', unlinkedOf({ named: named({ sync: undefined }) })],
  [
    'has a link that names nobody whom there is',
    ofExternal({ linked: { customer: undefined, sync: undefined }, named: undefined, external: undefined }),
    'link-dangling: clear-link',
  ],
  [
    'has a link that names nobody, and is there',
    ofExternal({ linked: { customer: undefined, sync: undefined }, named: undefined }),
    'link-dangling: (clear-link)',
  ],
  [
    'has a link that names nobody, and is another’s, who knows of it',
    ofExternal({ linked: { customer: undefined, sync: undefined } }),
  ],
  [
    'has a link that names nobody, and is another’s, who knows of another',
    ofExternal({
      linked: { customer: undefined, sync: undefined },
      named: named({ sync: syncWith({ externalId: 'cus_2' }) }),
    }),
    'link-dangling: (clear-link)',
  ],
  [
    'has a link that names nobody, and is another’s, who stands nowhere',
    ofExternal({ linked: { customer: undefined, sync: undefined }, named: named({ sync: undefined }) }),
    'link-dangling: (clear-link)',
  ],
  [
    'has a link that names nobody, and is a tombstone’s',
    ofExternal({ linked: { customer: undefined, sync: undefined }, named: named({ customer: tombstone }) }),
    'link-dangling: (clear-link)',
  ],
  [
    'has a link that names one who stands nowhere, and no mark',
    ofExternal({
      ...{ linked: { customer: customerWith(), sync: undefined }, named: undefined },
    }),
  ],
  [
    'has a link that names one who is not there, but stands',
    ofExternal({ linked: { customer: undefined, sync: syncWith() } }),
  ],
  [
    'has a link that names one who is not there, but stands, and no mark',
    ofExternal({ linked: { customer: undefined, sync: syncWith() }, named: undefined }),
  ],
  [
    'has a link that names one who names another',
    ofExternal({ linked: named({ sync: syncWith({ externalId: 'cus_2' }) }) }),
    'link-one-sided: (join)',
  ],
  [
    'has a link that names one who names none',
    ofExternal({ linked: named({ sync: syncWith({ externalId: undefined }) }) }),
    'link-one-sided: join',
  ],
  [
    'has a link that names one who names none, and another’s mark',
    ofExternal({
      ...{ linked: named({ sync: syncWith({ externalId: undefined }) }), external: twinWith({ owner: anothers }) },
    }),
    'link-one-sided: (join)',
  ],
  [
    'is gone, and its link names one who names none',
    ofExternal({ linked: named({ sync: syncWith({ externalId: undefined }) }), external: undefined }),
    'link-one-sided: (join)',
  ],
  [
    'has a link that names a tombstone',
    ofExternal({ linked: { customer: tombstone, sync: syncWith({ externalId: 'cus_2' }) } }),
  ],
  [
    'has a link that names one who stands nowhere',
    ofExternal({ linked: { customer: customerWith(), sync: undefined } }),
  ],
];

const CLAIMS: readonly Row[] = [
  ['is held', ofClaim()],
  ['is of another email', ofClaim({ isItsEmail: false }), 'email-claim-dangling: release-claim'],
  ['is reserved', ofClaim({ claim: reserved, isItsEmail: false, operation: operationWith() })],
  [
    'was reserved once',
    ofClaim({ claim: reserved, isItsEmail: false, operation: ended }),
    'email-claim-dangling: release-claim',
  ],
  [
    'was reserved for its customer',
    ofClaim({ claim: reserved, operation: ended }),
    'email-claim-not-held: claim-email',
  ],
  ['is reserved for its customer', ofClaim({ claim: reserved, operation: operationWith() })],
  ['was reserved for a tombstone', ofClaim({ claim: reserved, customer: tombstone })],
];

const OPERATIONS: readonly Row[] = [
  ['is at work', ofOperation()],
  ['is due', ofOperation({ operation: operationWith({ dueAt: OVERDUE }) }), 'operation-overdue: resume'],
  ['is never due', ofOperation({ operation: operationWith() }), 'operation-overdue: resume'],
  [
    'is being undone, and overdue',
    ofOperation({ operation: operationWith({ status: 'compensating', dueAt: LONG_AGO }) }),
    'operation-overdue: resume',
  ],
  ['waits for a person', ofOperation({ operation: operationWith({ status: 'needs_attention' }) })],
  [
    'holds nobody',
    ofOperation({ customer: customerWith(), operation: operationWith({ dueAt: SOON }) }),
    'operation-holds-nobody: (none)',
  ],
  [
    'waits for a person, and holds nobody',
    ofOperation({ customer: undefined, operation: operationWith({ status: 'needs_attention' }) }),
    'operation-holds-nobody: (none)',
  ],
  ['has ended', ofOperation({ operation: operationWith({ status: 'succeeded' }), customer: customerWith() })],
];

describe('what is wrong, and what is done about it unasked, of', () => {
  it.each(rowsOf(EXTERNALS))('a customer of Stripe’s that %s', (_, evidence, found) => {
    expect(foundIn(evidence)).toEqual(found);
  });

  it.each(rowsOf(CLAIMS))('a claim that %s', (_, evidence, found) => {
    expect(foundIn(evidence)).toEqual(found);
  });

  it.each(rowsOf(OPERATIONS))('an operation that %s', (_, evidence, found) => {
    expect(foundIn(evidence)).toEqual(found);
  });
});

it('is as bad as it is said to be', () => {
  const kinds = [...CUSTOMER_KINDS, ...externalKinds, ...abandonedClaimKinds, ...operationKinds];
  const those = (severity: string) => kinds.flatMap((each) => (each.severity === severity ? [each.kind] : [])).sort();
  expect(those('critical')).toEqual([
    ...['attempt-missing', 'email-duplicate', 'external-id-shared', 'operation-holds-nobody', 'owner-dangling'],
    ...['stripe-customer-doubled', 'stripe-customer-unknown'],
  ]);
  expect(those('warning')).toEqual([
    ...['audit-gap', 'base-disagrees', 'email-claim-not-held', 'stripe-customer-unmarked'],
  ]);
  expect(those('error')).toHaveLength(KIND_NAMES.length - 11);
});
