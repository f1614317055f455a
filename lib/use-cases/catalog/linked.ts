import type { Changes } from '#ports/catalog-store.ts';
import type { LinkRecord } from '#ports/records.ts';

/** What ends a run on a link for good. */
export const RUN_OVER = {
  ...{ runId: undefined, runExpiresAt: undefined },
  ...{ lookAgain: undefined, tries: undefined, dueAt: undefined },
} as const;

/** A link of this customer. Whoever was finding out whose it is can write nothing any more, so the run ends with it. */
export function linkedTo(customerId: string): Changes<LinkRecord> {
  return { ...RUN_OVER, customerId };
}
