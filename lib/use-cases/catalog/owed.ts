import { GATE, type IntegrationName, type Integrations } from '#domain/integrations.ts';
import { absent, type Changes, change, put, type WriteTo } from '#ports/catalog-store.ts';
import { type Pokes, pokeTo } from '#ports/pokes.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso, type Log } from '#ports/system.ts';
import type { RequestDeps } from './commit-request.ts';
import { isSameRun } from './read-live.ts';
import { type OwedToOthers, type Standings, standingKey } from './standings.ts';

export type DefaultModeDeps = RequestDeps & { readonly pokes: Pokes; readonly log: Log };

/** A poke is sent at once; should it be lost, the sweep finds the customer due after this time. */
export const SWEEP_AFTER_MS = 30_000;

/** Marks a customer as owed to the gate, in the transaction of its change. */
export function owedToGate(
  customerId: string,
  sync: SyncRecord,
  nowMs: number,
  besides: Changes<SyncRecord> = {},
): WriteTo<'sync'> {
  return owedTo(GATE, customerId, sync, nowMs, besides);
}

/**
 * Marks a customer as owed to other integrations, in the transaction of its change. With one that was not there yet when
 * the customer came, it begins to stand by that; a tombstone never does. `emptied`: fields that the change leaves empty.
 */
export function owedToOthers(
  others: Integrations,
  customerId: string,
  standings: Standings,
  nowMs: number,
  { isTombstone, emptied = [] }: Pick<SyncRecord, 'isTombstone' | 'emptied'> = {},
): OwedToOthers {
  const markFor = (name: IntegrationName) => {
    const sync = standings[name];
    if (sync === undefined && isTombstone === true) return undefined;
    if (sync === undefined) return beginsToStand(name, customerId, nowMs, SWEEP_AFTER_MS);
    return owedTo(name, customerId, sync, nowMs, {
      ...(isTombstone === true && { isTombstone }),
      ...(emptied.length > 0 && { emptied: [...new Set([...(sync.emptied ?? []), ...emptied])] }),
    });
  };
  return Object.fromEntries(others.map((name) => [`owed to ${name}`, markFor(name)]));
}

/** A customer is to be made in an integration that it has not stood with so far. */
export function beginsToStand(
  integration: IntegrationName,
  customerId: string,
  nowMs: number,
  dueAfterMs: number,
): WriteTo<'sync'> {
  // Above every revision that was before: one that came again would serve a second attempt.
  const revision = Math.floor(nowMs / 1000);
  const due = { apartSince: iso(nowMs), dueAt: iso(nowMs + dueAfterMs) };
  return put(standingKey(customerId, integration), { status: 'pending', revision, tries: 0, ...due }, absent);
}

function owedTo(
  integration: IntegrationName,
  customerId: string,
  sync: SyncRecord,
  nowMs: number,
  besides: Changes<SyncRecord>,
): WriteTo<'sync'> {
  return change(standingKey(customerId, integration), { ...owedChanges(sync, nowMs), ...besides }, isSameRun(sync));
}

/** Nobody who is at work now, or begins, goes by what was before. */
export function owedChanges(sync: SyncRecord, nowMs: number): Changes<SyncRecord> {
  const dueAt = isPoked(sync, nowMs) ? sync.dueAt : iso(nowMs + SWEEP_AFTER_MS);
  return {
    ...{ status: 'pending', apartSince: sync.apartSince ?? iso(nowMs), revision: nextRevision(sync, nowMs) },
    ...{ lookAgain: true, dueAt, retryAt: undefined, tries: 0, lastError: undefined },
  };
}

/** No function works for so long that this little is left of its run's lease; clocks differ by less. */
const OVER_SOON_MS = 20_000;

/**
 * What the revision becomes when somebody marks how a customer stands, in a write that holds while `isSameRun` does. It is
 * raised, so that a run is refused which has read what was before and has not begun yet; a run that is live is told to
 * look again instead, and may go on.
 */
export function nextRevision({ revision, runExpiresAt }: SyncRecord, nowMs: number): number {
  const isLive = runExpiresAt !== undefined && runExpiresAt > iso(nowMs + OVER_SOON_MS);
  return isLive ? revision : revision + 1;
}

/** Whether the poke of an earlier change is still on its way and will bring this one over too: many edits, few pushes. */
export function isPoked(sync: SyncRecord | undefined, nowMs: number): boolean {
  const { lookAgain, dueAt, conflict } = sync ?? {};
  // One in conflict is due by its own backoff, which no poke is on its way for.
  return (
    conflict === undefined &&
    lookAgain === true &&
    dueAt !== undefined &&
    dueAt > iso(nowMs) &&
    dueAt <= iso(nowMs + SWEEP_AFTER_MS)
  );
}

/** Sends a poke for each integration. The debt is recorded: a poke that cannot be sent only delays it. */
export async function pokeOwed(
  { pokes, log, integrations }: DefaultModeDeps,
  customerId: string,
  owed: Integrations = integrations,
): Promise<void> {
  for (const integration of owed) {
    await pokes.poke(pokeTo(customerId, integration)).catch((error: Error) => {
      log.warn('The poke was not sent; the sweep will find the customer.', { customerId, error: error.name });
    });
  }
}
