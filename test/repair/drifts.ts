import { normalizeEmail } from '#domain/email.ts';
import { HOUR_MS, type RepairWorld, type Twins } from './repair-world.ts';

/** One way to break things, whether validate's repair of it is safe, and what is left if it is not. */
export type Drift = {
  readonly kind: string;
  readonly isSafe: boolean;
  /** Whether naming the kind lets it be repaired. */
  readonly isRepairable?: boolean;
  readonly make: (world: RepairWorld, twins: Twins, other: Twins) => Promise<unknown>;
};

const claim = (email: string) => ({ type: 'emailClaim', email: normalizeEmail(email) }) as const;
const link = (externalId: string) => ({ type: 'link', integration: 'stripe', externalId }) as const;
const sync = (customerId: string) => ({ type: 'sync', customerId, integration: 'stripe' }) as const;
const long = (world: RepairWorld) => new Date(world.deps.clock.nowMs() - HOUR_MS).toISOString();

const tombstone = { status: 'deleted', name: null, email: null, listKey: undefined } as const;

export const DRIFTS: readonly Drift[] = [
  {
    kind: 'email-claim-missing',
    isSafe: true,
    make: (world, { email }) => world.remove(claim(email)),
  },
  {
    kind: 'email-claim-not-held',
    isSafe: true,
    make: (world, { id, email }) =>
      world.write({
        key: claim(email),
        change: { state: 'reserved', operationId: 'gone' },
        when: { is: 'equal', field: 'customerId', value: id },
      }),
  },
  {
    kind: 'email-claim-wrong-owner',
    isSafe: true,
    make: (world, { id, email }, other) =>
      world.write({
        key: claim(email),
        change: { customerId: other.id },
        when: { is: 'equal', field: 'customerId', value: id },
      }),
  },
  {
    kind: 'email-claim-dangling',
    isSafe: true,
    make: (world, { id, email }) =>
      world.write({
        key: claim(`nobody-${email}`),
        put: { state: 'held', customerId: id },
        when: { is: 'absent' },
      }),
  },
  {
    kind: 'email-duplicate',
    isSafe: false,
    // Both sides have the other one's email, and the claim that was its own is gone.
    make: async (world, { id, email, externalId }, other) => {
      await world.remove(claim(email));
      await world.setCustomer(id, { email: other.email });
      await world.dashboard('POST', `/${externalId}`, { email: other.email });
      const { base } = await world.sync(id);
      await world.setSync(id, { base: { name: base?.name ?? null, email: other.email } });
    },
  },
  { kind: 'link-missing', isSafe: true, make: (world, { externalId }) => world.remove(link(externalId)) },
  {
    kind: 'external-id-shared',
    isSafe: false,
    make: async (world, { id, externalId }, other) => {
      await world.dashboard('DELETE', `/${externalId}`);
      await world.remove(link(externalId));
      await world.setSync(id, { externalId: other.externalId });
    },
  },
  {
    kind: 'link-dangling',
    isSafe: true,
    make: (world, { id }) => world.setLink(`cus_gone_${id}`, { customerId: 'nobody' }),
  },
  {
    // Its Stripe customer is there, and must not be taken for one that nobody has.
    kind: 'link-dangling',
    isSafe: false,
    make: async (world) => {
      const { id } = await world.dashboard('POST', '', { name: 'Left behind' });
      await world.setLink(id, { customerId: 'nobody' });
    },
  },
  {
    kind: 'link-one-sided',
    isSafe: false,
    make: (world, { id }) => world.setLink(`cus_gone_${id}`, { customerId: id }),
  },
  {
    kind: 'stripe-customer-deleted',
    isSafe: true,
    make: (world, { externalId }) => world.dashboard('DELETE', `/${externalId}`),
  },
  {
    kind: 'stripe-customer-unknown',
    isSafe: false,
    isRepairable: true,
    make: async (world, { id, externalId }) => {
      await world.dashboard('DELETE', `/${externalId}`);
      await world.remove(link(externalId));
      await world.setSync(id, { externalId: 'cus_of_another_account' });
    },
  },
  {
    kind: 'tombstone-alive',
    isSafe: true,
    make: async (world, { id, email }) => {
      await world.remove(claim(email));
      await world.setCustomer(id, tombstone);
      await world.setSync(id, { isGone: true, base: undefined });
    },
  },
  {
    kind: 'stripe-customer-unmarked',
    isSafe: true,
    make: (world, { externalId }) => world.dashboard('POST', `/${externalId}`, { metadata: '' }),
  },
  {
    kind: 'metadata-names-another',
    isSafe: false,
    isRepairable: true,
    make: (world, { externalId }, other) =>
      world.dashboard('POST', `/${externalId}`, { 'metadata[concord_customer_id]': other.id }),
  },
  {
    kind: 'name-drift',
    isSafe: true,
    make: (world, { externalId }) => world.dashboard('POST', `/${externalId}`, { name: 'Renamed' }),
  },
  { kind: 'name-drift', isSafe: true, make: (world, { id }) => world.setCustomer(id, { name: 'By hand' }) },
  {
    kind: 'email-drift',
    isSafe: true,
    make: (world, { externalId, email }) => world.dashboard('POST', `/${externalId}`, { email: `new-${email}` }),
  },
  {
    kind: 'stripe-email-shared',
    isSafe: true,
    make: (world, { externalId }, other) => world.dashboard('POST', `/${externalId}`, { email: other.email }),
  },
  {
    kind: 'base-disagrees',
    isSafe: true,
    make: async (world, { id, email }) => world.setSync(id, { base: { name: 'Something else', email } }),
  },
  { kind: 'sync-missing', isSafe: true, make: (world, { id }) => world.remove(sync(id)) },
  {
    kind: 'sync-dangling',
    isSafe: false,
    isRepairable: true,
    make: (world, { id }) =>
      world.write({
        key: sync(`nobody-${id}`),
        put: { status: 'synced', revision: 1, tries: 0 },
        when: { is: 'absent' },
      }),
  },
  {
    kind: 'debt-forgotten',
    isSafe: true,
    make: (world, { id }) => world.setSync(id, { status: 'pending' }),
  },
  {
    kind: 'pending-too-long',
    isSafe: true,
    make: (world, { id }) => world.setSync(id, { status: 'pending', dueAt: long(world) }),
  },
  {
    kind: 'attempt-unknown-too-long',
    isSafe: true,
    make: async (world, { id, externalId }) => {
      const at = long(world);
      await world.write({
        key: { type: 'attempt', customerId: id, key: `${id}:99` },
        put: {
          ...{ kind: 'update', externalId, fields: { name: 'Sent once' }, version: 1 },
          ...{ since: at, lastSentAt: at, outcome: 'open' },
        },
        when: { is: 'absent' },
      });
      await world.setSync(id, { attemptKey: `${id}:99`, dueAt: at });
    },
  },
  {
    kind: 'attempt-missing',
    isSafe: false,
    isRepairable: true,
    make: (world, { id }) => world.setSync(id, { attemptKey: `${id}:98`, dueAt: long(world) }),
  },
  {
    kind: 'run-abandoned',
    isSafe: true,
    make: (world, { id }) => world.setSync(id, { runId: 'dead', runExpiresAt: long(world) }),
  },
  {
    kind: 'owner-dangling',
    isSafe: true,
    make: (world, { id }) => world.setCustomer(id, { owner: 'no-operation', status: 'deleting' }),
  },
  { kind: 'audit-gap', isSafe: false, make: (world, { id }) => removeAudit(world, id) },
  {
    kind: 'never-imported',
    isSafe: true,
    make: (world, { id }) => world.dashboard('POST', '', { name: 'Born there', email: `born-${id}@example.com` }),
  },
  { kind: 'stripe-orphan', isSafe: true, make: (world) => world.marked('nobody-ever') },
  {
    kind: 'stripe-orphan',
    isSafe: false,
    make: async (world) => world.subscribe(await world.marked('nobody-either')),
  },
  { kind: 'stripe-customer-doubled', isSafe: false, isRepairable: true, make: (world, { id }) => world.marked(id) },
  {
    kind: 'stripe-customer-not-linked',
    isSafe: true,
    make: async (world, { id, externalId }) => {
      await world.remove(link(externalId));
      await world.setSync(id, { externalId: undefined, status: 'synced' });
    },
  },
  {
    kind: 'adoption-overdue',
    isSafe: true,
    make: async (world) => {
      const { id } = await world.dashboard('POST', '', { name: 'Waiting' });
      await world.setLink(id, { dueAt: long(world) });
    },
  },
  {
    kind: 'operation-overdue',
    isSafe: true,
    make: async (world, { id }) => {
      await world.setCustomer(id, { owner: `op-${id}` });
      await world.putOperation(`op-${id}`, id, { dueAt: long(world), createdAt: long(world) });
    },
  },
  {
    kind: 'operation-holds-nobody',
    isSafe: false,
    make: (world, { id }) => world.putOperation(`op-${id}`, id, { status: 'needs_attention', createdAt: long(world) }),
  },
  {
    kind: 'link-names-another',
    isSafe: false,
    isRepairable: true,
    make: (world, { externalId, id }) => world.setLink(externalId, { customerId: `tomb-${id}` }),
  },
];

async function removeAudit(world: RepairWorld, customerId: string): Promise<void> {
  const entry = world.store.dump().find(({ key }) => key.type === 'audit' && key.customerId === customerId);
  if (entry !== undefined) await world.remove(entry.key);
}
