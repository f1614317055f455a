import { differingFields } from '#domain/customer.ts';
import type { Outcome } from '#domain/outcome.ts';
import { isKeyUsable, TRAVELS_AT_MOST_MS } from '#domain/travel.ts';
import type { AttemptRecord, CustomerRecord, SyncRecord } from '#ports/records.ts';
import type { OpenAttempt, SyncDeps } from './run.ts';

type Write = Pick<AttemptRecord, 'kind' | 'externalId' | 'fields'>;

/** What Stripe lacks, if anything: a delete, a create, or the fields that differ from what both sides last agreed on. */
export function owedWrite({ customer, sync }: { customer: CustomerRecord; sync: SyncRecord }): Write | undefined {
  const { externalId, base, isGone } = sync;
  const { name, email, status } = customer;
  if (status === 'deleted') {
    return externalId === undefined || isGone === true ? undefined : { kind: 'delete', externalId, fields: {} };
  }
  if (externalId === undefined) return { kind: 'create', fields: { name, email } };
  const fields = differingFields({ name, email }, base ?? { name: null, email: null });
  return Object.keys(fields).length === 0 ? undefined : { kind: 'update', externalId, fields };
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
  const { kind, externalId = '', fields } = record;
  switch (kind) {
    case 'create': {
      const { name = null, email = null } = fields;
      return deps.integration.createCustomer({ name, email, ownership: { customerId, operationId: key } }, key);
    }
    case 'update':
      return deps.integration.updateCustomer(externalId, fields, key);
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
  const { kind, externalId = '', fields } = record;
  if (kind === 'create') {
    const found = await deps.integration.findOwned(
      { customerId, operationId: key },
      { sinceMs: Date.parse(record.since), untilMs: Date.parse(record.lastSentAt) + TRAVELS_AT_MOST_MS },
    );
    return found?.externalId;
  }
  const found = await deps.integration.findCustomer(externalId);
  const isGone = found === undefined || found.isDeleted;
  if (kind === 'delete') return isGone ? externalId : undefined;
  return !isGone && Object.keys(differingFields({ ...found, ...fields }, found)).length === 0 ? externalId : undefined;
}
