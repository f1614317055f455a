import { type Changes, change, equal, type WriteTo } from '#ports/catalog-store.ts';
import type { Pokes } from '#ports/pokes.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso, type Log } from '#ports/system.ts';
import type { RequestDeps } from './commit-request.ts';

export type DefaultModeDeps = RequestDeps & { readonly pokes: Pokes; readonly log: Log };

/** A poke is sent at once; should it be lost, the sweep finds the customer due after this time. */
export const SWEEP_AFTER_MS = 30_000;

/** Marks a customer as owed to Stripe, in the transaction of its change. */
export function owedToStripe(
  customerId: string,
  sync: SyncRecord,
  nowMs: number,
  besides: Changes<SyncRecord> = {},
): WriteTo<'sync'> {
  return change(
    { type: 'sync', customerId, integration: 'stripe' },
    { ...owedChanges(sync, nowMs), ...besides },
    equal('revision', sync.revision),
  );
}

/** A run that is live now is told to look again: it may have read what was before. */
export function owedChanges(sync: SyncRecord, nowMs: number): Changes<SyncRecord> {
  const dueAt = isPoked(sync, nowMs) ? sync.dueAt : iso(nowMs + SWEEP_AFTER_MS);
  return {
    ...{ status: 'pending', apartSince: sync.apartSince ?? iso(nowMs) },
    ...{ lookAgain: true, dueAt, retryAt: undefined, tries: 0, lastError: undefined },
  };
}

/** Whether the poke of an earlier change is still on its way and will bring this one over too: many edits, few pushes. */
export function isPoked({ lookAgain, dueAt, conflict }: SyncRecord, nowMs: number): boolean {
  // One in conflict is due by its own backoff, which no poke is on its way for.
  return (
    conflict === undefined &&
    lookAgain === true &&
    dueAt !== undefined &&
    dueAt > iso(nowMs) &&
    dueAt <= iso(nowMs + SWEEP_AFTER_MS)
  );
}

/** Sends the poke. The debt is recorded: a poke that cannot be sent only delays it. */
export async function pokeOwed({ pokes, log }: DefaultModeDeps, customerId: string): Promise<void> {
  await pokes.poke({ customerId }).catch((error: Error) => {
    log.warn('The poke was not sent; the sweep will find the customer.', { customerId, error: error.name });
  });
}
