import * as z from 'zod/mini';
import { component } from '../components.ts';
import { count, id, pageOf, seconds, time } from './values.ts';

const AT = '2026-11-02T09:30:00.000Z';

export const health = component('Health', z.object({ status: z.literal('ok') }), {
  description: 'The API answers.',
  examples: [{ status: 'ok' }],
});

export const description = component('Description', z.looseObject({ openapi: z.string() }), {
  description: 'This description.',
});

export const integrationHealth = component(
  'IntegrationHealth',
  z.object({
    integration: z.string(),
    healthy: z.boolean().check(z.describe('Nothing is wrong now that would not pass by itself.')),
    as_of: time,
    counts: z.object({ pending: count, synced: count, failed: count, orphaned: count, conflict: count }),
    recent_attempts: count.check(z.describe('Tries of the last hour.')),
    recent_failures: count,
    failure_rate: z.number().check(z.minimum(0), z.maximum(1)),
    history: z
      .array(z.object({ since: time, attempts: count, failures: count }))
      .check(z.describe('The last hour in twelve times five minutes, oldest first; the last are not over yet.')),
    oldest_pending_seconds: seconds,
    operations: z.object({ running: count, compensating: count, needs_attention: count }),
    webhooks: z.object({ last_received_at: z.nullable(time), dead_letter_count: count }),
  }),
  {
    description: 'How all customers stand with one integration.',
    examples: [
      {
        ...{ integration: 'stripe', healthy: true, as_of: AT },
        counts: { pending: 1, synced: 4210, failed: 0, orphaned: 0, conflict: 2 },
        ...{ recent_attempts: 12, recent_failures: 0, failure_rate: 0, oldest_pending_seconds: 1 },
        history: [{ since: AT, attempts: 12, failures: 0 }],
        operations: { running: 0, compensating: 0, needs_attention: 0 },
        webhooks: { last_received_at: AT, dead_letter_count: 0 },
      },
    ],
  },
);

export const retryReport = component(
  'RetryReport',
  z.object({
    integration: z.string(),
    retried: count,
    succeeded: count,
    still_failing: count,
    remaining: count,
    skipped: z.exactOptional(z.literal(true)).check(z.describe('Somebody else is at work on them.')),
  }),
  {
    description: 'What was tried again, and what came of it.',
    examples: [{ integration: 'stripe', retried: 3, succeeded: 2, still_failing: 1, remaining: 0 }],
  },
);

export const redriveReport = component(
  'RedriveReport',
  z.object({
    integration: z.string(),
    redriven: count.check(z.describe('Approximately.')),
    skipped: z.exactOptional(z.literal(true)).check(z.describe('An earlier redrive has not ended yet.')),
  }),
  {
    description: 'What goes back to be worked on again. What fails again is dead again.',
    examples: [{ integration: 'stripe', redriven: 3 }],
  },
);

const action = component(
  'Action',
  z.object({
    id,
    at: time,
    caller: z
      .object({ issuer: z.nullable(z.string()), subject: z.string() })
      .check(z.describe('By a token; or by IAM, and then without an issuer.')),
    action: z.string().check(z.describe('The route.')),
    target: z.nullable(z.string()).check(z.describe('The customer or operation, if it was about one.')),
    asked: z.looseObject({}).check(z.describe('How it was asked for.')),
    request_id: z.string(),
    outcome: z
      .nullable(z.string())
      .check(z.describe('`done`, or the type of the problem that it ended with. Null until it has ended.')),
  }),
  {
    description: 'Something that an administrator asked for.',
    examples: [
      {
        ...{ id: '0f8b7a4f-2e11', at: AT, caller: { issuer: 'https://issuer.example/', subject: 'ann' } },
        ...{ action: 'POST /operations/{id}/retry', target: '6f0d2a3e-92c1', asked: {}, request_id: 'Fk3q1' },
        outcome: 'done',
      },
    ],
  },
);

export const actionPage = component('ActionPage', pageOf(action), {
  description: 'What administrators have asked for, newest first. Plans (dry runs) and reads are not kept.',
});
