import * as z from 'zod/mini';
import { component } from '../components.ts';
import { invalidPlace } from '../problems.ts';
import { id, pageOf, time } from './values.ts';

const EXAMPLE_ID = '6f0d2a3e-92c1-4a3e-8a53-52f0b3a0c7d4';
const BEGUN_AT = '2026-11-02T09:30:00.000Z';
const ENDED_AT = '2026-11-02T09:30:00.412Z';

const status = component(
  'OperationStatus',
  z.enum(['running', 'compensating', 'succeeded', 'compensated', 'needs_attention']),
  {
    description:
      'running and compensating go on by themselves. succeeded: both sides have it. compensated: neither has. ' +
      'needs_attention waits, visibly, for a person.',
  },
);

const step = component(
  'OperationStep',
  z.object({
    name: z.string(),
    attempt: z.int(),
    started_at: time,
    ended_at: time,
    outcome: z.string(),
    stripe_request_id: z.exactOptional(z.string()),
    error: z.exactOptional(z.string()),
  }),
  { description: 'One try of one step of the saga. Holds no personal data.' },
);

/** The problem with which an operation ended: no request’s own, so it has no `request_id`. */
const endedWith = component(
  'OperationProblem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.exactOptional(z.array(invalidPlace)),
  }),
  { description: 'Why an operation did not succeed; the `type` is one of those that replies have.' },
);

export const operation = component(
  'Operation',
  z.object({
    id,
    kind: z.enum(['create', 'update', 'delete']),
    customer_id: id,
    status,
    problem: z.exactOptional(endedWith),
    created_at: time,
    updated_at: time,
    steps: z.array(step),
  }),
  {
    description: 'One protected change, from its first transaction to its end.',
    examples: [
      {
        ...{ id: EXAMPLE_ID, kind: 'create', customer_id: 'f6a1c0de-5b0e-4c1a-9a53-0d8b7a4f2e11' },
        ...{ status: 'succeeded', created_at: BEGUN_AT, updated_at: ENDED_AT },
        steps: [
          {
            ...{ name: 'apply', attempt: 1, started_at: BEGUN_AT, ended_at: ENDED_AT },
            ...{ outcome: 'accepted', stripe_request_id: 'req_8tQe1' },
          },
        ],
      },
    ],
  },
);

export const operationPage = component('OperationPage', pageOf(operation), {
  description: 'Operations: the unfinished ones of all customers, or all of one customer.',
});

export const accepted = component('AcceptedOperation', z.object({ operation_id: id, status }), {
  description: 'It goes on by itself: look at `Location` after `Retry-After` seconds.',
  examples: [{ operation_id: EXAMPLE_ID, status: 'running' }],
});
