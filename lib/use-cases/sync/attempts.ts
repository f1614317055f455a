import { differingFields } from '#domain/customer.ts';
import { GATE } from '#domain/integrations.ts';
import type { Outcome } from '#domain/outcome.ts';
import { isKeyUsable, TRAVELS_AT_MOST_MS } from '#domain/travel.ts';
import { absent, put, type WriteTo } from '#ports/catalog-store.ts';
import type { AttemptRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { OpenAttempt, Run, SyncDeps } from './run.ts';

/** A write that Stripe is to get. */
export type AskedOfStripe = Pick<AttemptRecord, 'kind' | 'externalId' | 'fields' | 'expected' | 'isMarking'>;

/** An attempt on what the run has found to be owed, and the write that records it before it is sent. */
export function newAttempt(
  deps: SyncDeps,
  { customer, sync }: Run,
  asked: AskedOfStripe,
): OpenAttempt & { write: WriteTo<'attempt'> } {
  // A revision never serves two attempts, so neither does a key; each integration counts its own.
  const key = `${customer.id}:${deps.integration.name === GATE ? '' : `${deps.integration.name}:`}${sync.revision}`;
  const now = iso(deps.clock.nowMs());
  const record: AttemptRecord = { ...asked, version: customer.version, since: now, lastSentAt: now, outcome: 'open' };
  return { key, record, write: put({ type: 'attempt', customerId: customer.id, key }, record, absent) };
}

/** Whether the attempt may be sent under its key: an old one would act anew, but deleting twice is deleting once. */
export function canSend({ clock }: SyncDeps, { record }: OpenAttempt): boolean {
  return record.kind === 'delete' || isKeyUsable(record.since, clock.nowMs());
}

/** Sends an attempt's frozen request under its key. */
export function sendAttempt(
  deps: SyncDeps,
  customerId: string,
  { key, record }: OpenAttempt,
): Promise<Outcome<{ externalId: string }>> {
  const { kind, externalId = '', fields, isMarking } = record;
  const ownership = { customerId, operationId: key };
  switch (kind) {
    case 'create': {
      const { name = null, email = null } = fields;
      return deps.integration.createCustomer({ name, email, ownership }, key);
    }
    case 'update':
      return deps.integration.updateCustomer(externalId, fields, key, isMarking === true ? ownership : undefined);
    case 'delete':
      return deps.integration.deleteCustomer(externalId);
  }
}

/** Whether Stripe shows what the attempt was to do, once no request of it can be on its way any more. */
export async function lookForAttempt(
  deps: SyncDeps,
  customerId: string,
  { key, record }: OpenAttempt,
): Promise<string | undefined> {
  const { kind, externalId = '', fields, isMarking } = record;
  const sent = { sinceMs: Date.parse(record.since), untilMs: Date.parse(record.lastSentAt) + TRAVELS_AT_MOST_MS };
  if (kind === 'create') {
    return (await deps.integration.findOwned({ customerId, operationId: key }, sent))?.externalId;
  }
  const found = await deps.integration.findCustomer(externalId);
  const isGone = found === undefined || found.isDeleted;
  if (kind === 'delete') return isGone ? externalId : undefined;
  if (isGone) return undefined;
  const isMarked = typeof found.owner === 'object' && found.owner.operationId === key;
  const isThere =
    isMarking === true ? isMarked : Object.keys(differingFields({ ...found, ...fields }, found)).length === 0;
  // Its event tells that it happened even when somebody has changed the customer since.
  return isThere || (await deps.integration.hasUpdated(externalId, key, sent)) ? externalId : undefined;
}
