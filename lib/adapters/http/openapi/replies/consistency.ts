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

const fixShape = {
  dry_run: z.boolean(),
  fixed: z.array(issue).check(z.describe('In a dry run, what would be.')),
  skipped: z.array(leftIssue),
  failed: z.array(leftIssue),
};

export const fixReport = component('FixReport', z.object(fixShape), {
  description: 'What was repaired, and what was not.',
});

const cleanupShape = {
  integration: z.string(),
  found: count,
  cleaned: count,
  kept: z.array(leftIssue).check(z.describe('What stays, and why.')),
  remaining: count.check(z.describe('What another call would clean; in a dry run, what this one would have.')),
};

export const cleanupReport = component('CleanupReport', z.object(cleanupShape), {
  description: 'What only one side had, and what was done about it.',
  examples: [{ integration: 'stripe', found: 2, cleaned: 2, kept: [], remaining: 0 }],
});

const runKind = z.enum(['validate', 'fix', 'cleanup-orphaned']);

export const acceptedRun = component(
  'AcceptedRun',
  z.object({ run_id: id, kind: runKind, status: z.literal('running') }),
  {
    description: 'It is large and goes on by itself: look at `Location` after `Retry-After` seconds.',
    examples: [{ run_id: '3c9a1f0e', kind: 'validate', status: 'running' }],
  },
);

const doneShape = {
  id,
  status: z.literal('done'),
  progress: z.literal(1),
  created_at: time,
  updated_at: time,
  catalog_customers: count,
  stripe_customers: count,
  next_cursor: nextCursor,
};

const openRun = component(
  'OpenRun',
  z.object({
    ...doneShape,
    kind: runKind,
    status: z.enum(['running', 'refused']),
    reason: z.exactOptional(z.string()).check(z.describe('Why it was refused: nothing was repaired.')),
    progress: z.number().check(z.minimum(0), z.maximum(1)),
  }),
  {
    description: 'It goes on; or what it saw is not to be believed.',
    examples: [
      {
        ...{ id: '3c9a1f0e', kind: 'fix', status: 'running', progress: 0.4, next_cursor: null },
        ...{ created_at: '2026-11-02T09:30:00.000Z', updated_at: '2026-11-02T09:31:00.000Z' },
        ...{ catalog_customers: 20_000, stripe_customers: 20_000 },
      },
    ],
  },
);

const doneComparison = component(
  'DoneComparison',
  z.object({ ...doneShape, kind: z.literal('validate'), ...reportShape }),
  { description: 'A comparison that has ended: its report, page by page.' },
);

const doneFix = component(
  'DoneFix',
  z.object({
    ...{ ...doneShape, kind: z.literal('fix'), ...fixShape },
    counts: z
      .object({ fixed: count, skipped: count, failed: count, left: count })
      .check(z.describe('On all pages. `left`: those skipped that another call would begin.')),
  }),
  { description: 'A repair that has ended: what it did, page by page.' },
);

const doneCleanup = component(
  'DoneCleanup',
  z.object({ ...doneShape, kind: z.literal('cleanup-orphaned'), ...cleanupShape }),
  { description: 'A cleanup that has ended: what it kept, page by page.' },
);

const lastReport = component(
  'LastReport',
  z.object({ status: z.literal('done'), progress: z.literal(1), ...reportShape }),
  { description: 'What the last scheduled comparison told.' },
);

export const run = component('ConsistencyRun', z.union([openRun, doneComparison, doneFix, doneCleanup, lastReport]), {
  description: 'What is too large for one request, and how far it is.',
});
