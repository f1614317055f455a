import { type ConsistencyReport, type FixReport, fixReport, type RepairOutcome } from '#domain/consistency.ts';
import { progressOf, type RunRequest, type RunStatus } from '#domain/consistency-run.ts';
import { GATE } from '#domain/integrations.ts';
import { notFound } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import type { ScratchStore } from '#ports/scratch-store.ts';
import { type CleanupReport, cleanupReport } from '../cleanup-orphaned.ts';
import type { Finding } from '../compare/look.ts';
import { summaryOf } from './conclude-run.ts';
import { runKey } from './run.ts';
import { readPage } from './run-pages.ts';

/** How a run stands, and a page of what it has told once it is done: in full numbers, with this page's entries. */
export type RunTold = {
  readonly id: string;
  readonly kind: RunRequest['is'];
  readonly status: RunStatus;
  readonly reason?: string;
  /** From 0 to 1. */
  readonly progress: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  readonly report?: ConsistencyReport;
  readonly fix?: FixReport & { readonly counts: FixCounts };
  readonly cleanup?: CleanupReport;
  /** The next page, if there is one. */
  readonly next?: number;
};

/** How many there are on all pages. `left`: those skipped that another call would begin. */
type FixCounts = {
  readonly fixed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly left: number;
};

type TellDeps = { readonly store: CatalogStore; readonly scratch: ScratchStore };

/** @throws ProblemError `not-found` also for a page that there is not */
export async function tellRun({ store, scratch }: TellDeps, runId: string, page = 0): Promise<RunTold> {
  const [run] = await store.read([runKey(runId)]);
  if (run === undefined) throw notFound('run');
  if (run.status !== 'done') {
    if (page > 0) throw notFound('page');
    return statusOf(run);
  }
  if (run.request.is === 'validate') {
    const { entries, ...next } = await pageOf<Finding>(scratch, run, 'findings', page);
    const report = { ...summaryOf(run), issues: entries.map(({ issue }) => issue) };
    return { ...statusOf(run), report, ...next };
  }
  const { entries, ...next } = await pageOf<RepairOutcome>(scratch, run, 'outcomes', page);
  const fix = fixReport(run.request.isDryRun, entries);
  const { fixed = 0, skipped = 0, failed = 0, left = 0 } = run.repair ?? {};
  if (run.request.is === 'fix')
    return { ...statusOf(run), fix: { ...fix, counts: { fixed, skipped, failed, left } }, ...next };
  const { kept } = cleanupReport(GATE, fix);
  const found = run.outcomes.count;
  const cleaned = run.request.isDryRun ? 0 : fixed;
  const remaining = found - cleaned - (skipped - left) - failed;
  return { ...statusOf(run), cleanup: { integration: GATE, found, cleaned, kept, remaining }, ...next };
}

function statusOf(run: ConsistencyRunRecord): RunTold {
  const { id, status, reason, walk, createdAt, updatedAt } = run;
  return {
    ...{ id, kind: run.request.is, status, ...(reason !== undefined && { reason }) },
    progress: status === 'running' ? progressOf(walk, run.expectedCustomers, run.buckets.count) : 1,
    ...{ createdAt, updatedAt, catalogCustomers: walk.catalogCustomers, stripeCustomers: walk.stripeCustomers },
  };
}

async function pageOf<Entry>(
  scratch: ScratchStore,
  run: ConsistencyRunRecord,
  list: 'findings' | 'outcomes',
  page: number,
): Promise<{ readonly entries: readonly Entry[]; readonly next?: number }> {
  const read = await readPage<Entry>(scratch, run, list, page);
  if (read === undefined && page > 0) throw notFound('page');
  return { entries: read?.entries ?? [], ...(read?.isLast === false && { next: page + 1 }) };
}
