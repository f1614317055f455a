import * as z from 'zod/mini';
import { component } from '../components.ts';
import { count, id, time } from './values.ts';

const DRIFT = {
  kind: 'name-drift',
  severity: 'error' as const,
  customer_id: 'f6a1c0de-5b0e-4c1a-9a53-0d8b7a4f2e11',
  ...{ external_id: 'cus_QK3xw1Zr8vT2aB', detail: 'The name differs in Stripe.' },
  repair: { action: 'poke', safe: true },
};

const issueShape = {
  kind: z.string(),
  severity: z.enum(['critical', 'error', 'warning']),
  customer_id: z.exactOptional(id),
  external_id: z.exactOptional(z.string()),
  detail: z.string(),
  repair: z.object({
    action: z.string(),
    safe: z.boolean().check(z.describe('Nothing that could be wanted is lost by it, so it is done unasked.')),
  }),
};

const issue = component('Issue', z.object(issueShape), {
  description: 'One way in which the two sides, or the catalog’s own records, do not agree. Never a name or an email.',
  examples: [DRIFT],
});

const leftIssue = component('LeftIssue', z.object({ ...issueShape, reason: z.string() }), {
  description: 'An issue that was left as it is, and why.',
  examples: [{ ...DRIFT, reason: 'It is left to the next call.' }],
});

const reportShape = {
  validated_at: time,
  consistent: z.boolean(),
  catalog_customers: count,
  stripe_customers: count,
  issue_count: count,
  issues: z.array(issue),
};
const nextCursor = z.nullable(z.string()).check(z.describe('There are more issues than one page holds.'));

export const report = component('ConsistencyReport', z.object({ ...reportShape, next_cursor: nextCursor }), {
  description: 'What comparing both sides in full has told.',
  examples: [
    {
      ...{ validated_at: '2026-11-02T09:30:00.000Z', consistent: false, catalog_customers: 4213 },
      ...{ stripe_customers: 4213, issue_count: 1, issues: [DRIFT], next_cursor: null },
    },
  ],
});

const doneRun = component(
  'DoneRun',
  z.object({
    status: z.literal('done'),
    progress: z.unknown(),
    ...reportShape,
    next_cursor: z.exactOptional(nextCursor),
  }),
  { description: 'The comparison has ended: its report.' },
);

const openRun = component(
  'OpenRun',
  z.looseObject({ status: z.enum(['running', 'refused']), progress: z.exactOptional(z.unknown()) }),
  { description: 'The comparison goes on; or what it saw was not to be believed, and nothing was compared.' },
);

export const run = component('ConsistencyRun', z.union([doneRun, openRun]), {
  description: 'A comparison that is too large for one request, and how far it is.',
});

export const acceptedRun = component('AcceptedRun', z.looseObject({}), {
  description: 'It is large and goes on by itself: look at `Location`.',
});

export const fixReport = component(
  'FixReport',
  z.object({
    dry_run: z.boolean(),
    fixed: z.array(issue).check(z.describe('In a dry run, what would be.')),
    skipped: z.array(leftIssue),
    failed: z.array(leftIssue),
  }),
  { description: 'What was repaired, and what was not.' },
);

export const cleanupReport = component(
  'CleanupReport',
  z.object({
    integration: z.string(),
    found: count,
    cleaned: count,
    kept: z.array(leftIssue).check(z.describe('What stays, and why.')),
    remaining: count.check(z.describe('What another call would clean; in a dry run, what this one would have.')),
  }),
  {
    description: 'What only one side had, and what was done about it.',
    examples: [{ integration: 'stripe', found: 2, cleaned: 2, kept: [], remaining: 0 }],
  },
);
