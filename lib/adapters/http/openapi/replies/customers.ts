import * as z from 'zod/mini';
import { forEachOf, INTEGRATIONS } from '#domain/integrations.ts';
import { component } from '../components.ts';
import { count, id, pageOf, time } from './values.ts';

const EXAMPLE_ID = 'f6a1c0de-5b0e-4c1a-9a53-0d8b7a4f2e11';
const OTHER_ID = '0c9b1f44-7f0e-4a57-8f0c-6d2c5f1f9a03';
const MADE_AT = '2026-11-02T09:30:00.000Z';

/** What a reply says of each integration. */
function eachIntegration<Said extends z.ZodMiniType>(said: Said) {
  return z.object(forEachOf(INTEGRATIONS, () => said));
}

const syncStatus = component('SyncStatus', z.enum(['pending', 'synced', 'failed', 'orphaned', 'conflict']), {
  description:
    'pending: Stripe is still to follow. synced: both sides agree. failed: Stripe refused or could not be reached; it is ' +
    'tried again. orphaned: Stripe does not know its customer. conflict: Stripe has an email that another customer holds.',
});

const conflict = component(
  'Conflict',
  z.object({
    field: z.literal('email'),
    stripe_value: z.nullable(z.string()),
    other_customer_id: z.exactOptional(id),
    since: time,
  }),
  {
    description: 'A value in Stripe that the catalog could not take.',
    examples: [{ field: 'email', stripe_value: 'ann@example.com', other_customer_id: OTHER_ID, since: MADE_AT }],
  },
);

/** A customer, as every reply that is about one shows it. */
export const customer = component(
  'Customer',
  z.object({
    id,
    name: z.nullable(z.string()).check(z.describe('A customer that came from Stripe may have none.')),
    email: z.nullable(z.string()).check(z.describe('As it was given; unique whatever its case.')),
    status: z.enum(['pending', 'active', 'deleting', 'deleted']),
    version: z.int().check(z.positive(), z.describe('Grows by one with each committed change.')),
    created_at: time,
    updated_at: time,
    integrations: eachIntegration(
      z.object({
        external_id: z.nullable(z.string()).check(z.describe('The Stripe customer, `cus_…`, once there is one.')),
        sync_status: syncStatus,
        last_synced_at: z.nullable(time),
        conflict: z.nullable(conflict),
      }),
    ),
  }),
  {
    description: 'A customer of the catalog, and how it stands with Stripe.',
    examples: [
      {
        ...{ id: EXAMPLE_ID, name: 'John Doe', email: 'john@example.com', status: 'active', version: 1 },
        ...{ created_at: MADE_AT, updated_at: MADE_AT },
        integrations: forEachOf(INTEGRATIONS, () => ({
          ...{ external_id: 'cus_QK3xw1Zr8vT2aB', sync_status: 'synced' as const },
          ...{ last_synced_at: MADE_AT, conflict: null },
        })),
      },
    ],
  },
);

export const customerPage = component('CustomerPage', pageOf(customer), {
  description: 'Customers, each at most once in a walk. Pending and deleted ones are not listed.',
});

export const deletedCustomer = component('DeletedCustomer', z.object({ id, deleted: z.literal(true) }), {
  description: 'The customer is gone; its id never comes back.',
  examples: [{ id: EXAMPLE_ID, deleted: true }],
});

const fields = component('CustomerFields', z.object({ name: z.nullable(z.string()), email: z.nullable(z.string()) }), {
  description: 'What both sides hold.',
  examples: [{ name: 'John Doe', email: 'john@example.com' }],
});

const auditEntry = component(
  'AuditEntry',
  z.object({
    at: time,
    cause: z.enum(['api', 'webhook', 'maintenance']),
    operation_id: z.nullable(id),
    before: z.nullable(fields),
    after: z.nullable(fields),
    overruled: z
      .exactOptional(
        z.object({ name: z.exactOptional(z.nullable(z.string())), email: z.exactOptional(z.nullable(z.string())) }),
      )
      .check(z.describe('Values of the other side that this change replaced.')),
    linked_to: z.exactOptional(z.string()).check(z.describe('The Stripe customer that was linked by hand.')),
    stripe_request_id: z.exactOptional(z.string()),
    stripe_event_id: z.exactOptional(z.string()),
  }),
  {
    description: 'One committed change: when, why, and what it changed.',
    examples: [
      {
        ...{ at: MADE_AT, cause: 'webhook', operation_id: null, stripe_event_id: 'evt_1QLm2c' },
        before: { name: 'John Doe', email: 'john@example.com' },
        after: { name: 'John Q. Doe', email: 'john@example.com' },
      },
    ],
  },
);

export const auditPage = component('AuditPage', pageOf(auditEntry), {
  description: 'What was changed on one customer, newest first. A deleted customer’s audit stays.',
});

const fieldSides = component(
  'FieldSides',
  z.object({
    catalog: z.nullable(z.string()),
    stripe: z.nullable(z.string()),
    base: z.nullable(z.string()).check(z.describe('The last value on which both sides were known to agree.')),
    differs: z.boolean(),
  }),
  { description: 'One field on both sides.' },
);

export const customerSides = component(
  'CustomerSides',
  z.object({
    customer_id: id,
    external_id: z.nullable(z.string()),
    stripe: z
      .enum(['present', 'deleted', 'unknown', 'not-linked'])
      .check(z.describe('Whether there is a Stripe customer to compare with.')),
    fields: z.object({ name: fieldSides, email: fieldSides }),
  }),
  {
    description: 'A customer as both sides hold it now. What differs may be a change that is on its way.',
    examples: [
      {
        ...{ customer_id: EXAMPLE_ID, external_id: 'cus_QK3xw1Zr8vT2aB', stripe: 'present' },
        fields: {
          name: { catalog: 'John Doe', stripe: 'John Q. Doe', base: 'John Doe', differs: true },
          email: {
            ...{ catalog: 'john@example.com', stripe: 'john@example.com' },
            base: 'john@example.com',
            differs: false,
          },
        },
      },
    ],
  },
);

export const syncHealth = component(
  'SyncHealth',
  z.object({
    customer_id: id,
    healthy: z.boolean().check(z.describe('Both sides agree, and nothing waits for a person.')),
    integrations: eachIntegration(
      z.object({
        status: syncStatus,
        external_id: z.nullable(z.string()),
        last_synced_at: z.nullable(time),
        last_attempt_at: z.nullable(time),
        retry_count: count,
        next_retry_at: z.nullable(time),
        error: z.nullable(z.string()),
        conflict: z.nullable(conflict),
      }),
    ),
    open_operation: z.nullable(
      z.object({
        id,
        kind: z.enum(['create', 'update', 'delete']),
        status: z.enum(['running', 'compensating', 'succeeded', 'compensated', 'needs_attention']),
      }),
    ),
  }),
  { description: 'How one customer stands with Stripe.' },
);
