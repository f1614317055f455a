import type { ScratchStore } from '#ports/scratch-store.ts';
import type { Random, RunStarter } from '#ports/system.ts';
import type { RepairDeps } from '../repairs/repair.ts';

export const LATEST_RUN = { type: 'latestRun' } as const;

export function runKey(runId: string) {
  return { type: 'consistencyRun', runId } as const;
}

/** What working on a run needs, besides what comparing and repairing need. */
export type RunDeps = RepairDeps & { readonly scratch: ScratchStore };

/** What beginning or resuming one needs. */
export type BeginDeps = Pick<RepairDeps, 'store' | 'clock'> & { readonly random: Random; readonly runs: RunStarter };

/** An executor is resumed after that: longer than a step may take and its retries wait together. */
export const RUN_LEASE_MS = 15 * 60_000;

const DAY_MS = 24 * 3600_000;
/** What is not at its end by then compares what was with what is: it had better be begun anew. */
export const LONGEST_RUN_MS = DAY_MS;
/** A run and its report are kept for so long. */
export const KEPT_MS = 7 * DAY_MS;
