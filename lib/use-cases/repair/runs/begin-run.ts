import { bucketsFor, type RunRequest } from '#domain/consistency-run.ts';
import { reconciliationRefused } from '#domain/problem.ts';
import { absent, change, equal, put } from '#ports/catalog-store.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import { iso } from '#ports/system.ts';
import { TooManyCustomersError } from '../compare/compare.ts';
import { RECONCILIATION_KEY } from '../guard.ts';
import { isSame } from '../is-same.ts';
import { type BeginDeps, KEPT_MS, LATEST_RUN, runKey } from './run.ts';

/** An answer at once, or the run that will have it. */
export type AtOnceOrRun<Answer> = { readonly answer: Answer } | { readonly run: ConsistencyRunRecord };

/** A start that was lost is made good by the sweep after that. */
const START_WITHIN_MS = 60_000;

/**
 * Answers at once what both sides are small enough for, and begins a run for what they are not: by how many customers
 * there were last, or, when that is not known, once too many are met.
 * @throws ProblemError `reconciliation-refused` while a run for something else is under way; whatever `atOnce` throws
 */
export async function atOnceOrAsRun<Answer>(
  deps: BeginDeps & { readonly mostAtOnce: number },
  request: RunRequest,
  atOnce: () => Promise<Answer>,
): Promise<AtOnceOrRun<Answer>> {
  if ((await countLast(deps)) > deps.mostAtOnce) return { run: (await beginRun(deps, request)).run };
  try {
    return { answer: await atOnce() };
  } catch (error) {
    if (!(error instanceof TooManyCustomersError)) throw error;
    return { run: (await beginRun(deps, request)).run };
  }
}

/** How many customers the larger side had when both were compared last; 0 if that was never. */
export async function countLast({ store }: Pick<BeginDeps, 'store'>): Promise<number> {
  const [known] = await store.read([RECONCILIATION_KEY]);
  return Math.max(known?.catalogCustomers ?? 0, known?.stripeCustomers ?? 0);
}

/**
 * Begins a run, or joins the one that is under way for the same. There is never more than one.
 * @throws ProblemError `reconciliation-refused` while one for something else is under way
 */
export async function beginRun(
  deps: BeginDeps,
  request: RunRequest,
  more: Pick<ConsistencyRunRecord, 'isScheduled' | 'unreadSince'> = {},
): Promise<{ readonly run: ConsistencyRunRecord; readonly isNew: boolean }> {
  const [latest] = await deps.store.read([LATEST_RUN]);
  const [present] = latest === undefined ? [] : await deps.store.read([runKey(latest.runId)]);
  if (present?.status === 'running') {
    if (isSame(present.request, request)) return { run: present, isNew: false };
    throw reconciliationRefused(
      `Another run is under way, ${present.id}, for ${present.request.is}. Wait for its end.`,
    );
  }
  const run = { ...newRun(deps, request, await countLast(deps)), ...more };
  const { committed } = await deps.store.commit({
    run: put(runKey(run.id), run, absent),
    latest: change(LATEST_RUN, { runId: run.id }, latest === undefined ? absent : equal('runId', latest.runId)),
  });
  // Somebody else has just begun one: that is joined.
  if (!committed) return beginRun(deps, request, more);
  await deps.runs.start(run.id, run.fence);
  return { run, isNew: true };
}

function newRun({ clock, random }: BeginDeps, request: RunRequest, expectedCustomers: number): ConsistencyRunRecord {
  const nowMs = clock.nowMs();
  const now = iso(nowMs);
  return {
    ...{ id: random.id(), request, status: 'running', fence: 1, step: 0, expectedCustomers },
    walk: { place: { stage: 'list' }, begunAt: now, catalogCustomers: 0, stripeCustomers: 0 },
    buckets: { count: bucketsFor(expectedCustomers), notes: [], put: 0, read: 0 },
    findings: { notes: [], count: 0 },
    outcomes: { notes: [], count: 0 },
    ...{ createdAt: now, updatedAt: now, dueAt: iso(nowMs + START_WITHIN_MS) },
    expiresAtSeconds: Math.ceil((nowMs + KEPT_MS) / 1000),
  };
}
