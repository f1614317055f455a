import { RUN_LEASE_MS, type SyncDeps } from '../sync/run.ts';
import type { ImportResult, Tell } from './import-result.ts';

const EVERY_MS = 3_000;

/**
 * Tries again those that another process had a run on, until that has ended, or its lease has: an import that was killed
 * leaves some. What is still not done then stands due in the catalog.
 */
export async function finishInHand(
  { clock }: SyncDeps,
  inHand: readonly (() => Promise<ImportResult>)[],
  tell: Tell,
  isStopped: () => boolean,
): Promise<void> {
  const untilMs = clock.nowMs() + RUN_LEASE_MS + 2 * EVERY_MS;
  let left = inHand;
  while (left.length > 0) {
    await clock.sleep(EVERY_MS);
    const isLast = isStopped() || clock.nowMs() >= untilMs;
    const still: (() => Promise<ImportResult>)[] = [];
    for (const again of left) {
      const result = await again();
      if (result.isInHand === true && !isLast) still.push(again);
      else tell(result);
    }
    left = still;
  }
}
