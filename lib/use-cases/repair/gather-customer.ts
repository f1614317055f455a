import { isSameValue } from '#domain/customer.ts';
import { normalizeEmail } from '#domain/email.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import type { CustomerRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { CompareDeps, CustomerEvidence, Subject } from './evidence.ts';
import { isSame } from './is-same.ts';
import { isInTime, isUnfinished } from './kinds/kind.ts';

/** Customer and sync item are read before everything else and after it: in between nothing of them has changed. */
export async function gatherCustomer(
  deps: CompareDeps,
  { customerId, hint }: Extract<Subject, { of: 'customer' }>,
): Promise<CustomerEvidence | undefined> {
  const { store, integration, owners } = deps;
  const nowMs = deps.clock.nowMs();
  const times = { now: iso(nowMs), overdueAt: iso(nowMs - deps.graceMs) };
  const keys = [
    { type: 'customer', customerId },
    { type: 'sync', customerId, integration: integration.name },
  ] as const;
  const [customer, sync] = await store.read(keys);
  if (customer === undefined && sync === undefined) return undefined;
  if (customer !== undefined && customer.createdAt > times.overdueAt) return undefined;
  const [claim, link, operation, attempt] = await store.read([
    { type: 'emailClaim', email: normalizeEmail(customer?.email ?? '') },
    { type: 'link', integration: integration.name, externalId: sync?.externalId ?? '' },
    { type: 'operation', operationId: customer?.owner ?? '' },
    { type: 'attempt', customerId, key: sync?.attemptKey ?? '' },
  ]);
  if (customer?.owner !== undefined && isUnfinished(operation)) return undefined;
  // One whom Stripe does not know is tried again for ever, and is to be seen meanwhile.
  const isTried = sync?.status === 'orphaned' && sync.runExpiresAt === undefined;
  if (sync !== undefined && !isTried && isInTime(sync, times)) return undefined;
  const [claimOperation, claimant, linkedSync] = await store.read([
    { type: 'operation', operationId: claim?.operationId ?? '' },
    { type: 'customer', customerId: claim?.customerId ?? '' },
    { type: 'sync', customerId: link?.customerId ?? '', integration: integration.name },
  ]);
  const twin = sync?.externalId === undefined ? undefined : await integration.findCustomer(sync.externalId);
  const isLeft = customer?.status === 'deleted' && twin !== undefined && !twin.isDeleted;
  const rest = {
    holderId: await findHolder(deps, customer, twin),
    isTwinUnused: isLeft && (await integration.isUnused(twin.externalId)),
    changes: await countChanges(deps, customerId),
  };
  const again = await store.read(keys);
  if (!isSame(again, [customer, sync])) return undefined;
  return {
    ...{
      of: 'customer',
      ...times,
      customerId,
      owners,
      customer,
      sync,
      claim,
      claimOperation,
      link,
      operation,
      attempt,
    },
    claimant: claim?.customerId === customerId ? undefined : claimant,
    linkedSync: link?.customerId === customerId ? undefined : linkedSync,
    twin: sync?.externalId === undefined ? undefined : (twin ?? 'unknown'),
    ...{ ...rest, hint },
  };
}

/** Who has the email that Stripe has, if that is not this customer's. */
async function findHolder(
  { store }: CompareDeps,
  customer: CustomerRecord | undefined,
  twin: ExternalCustomer | undefined,
): Promise<string | undefined> {
  if (customer === undefined || twin?.email == null || isSameValue(twin.email, customer.email)) return undefined;
  const [claim] = await store.read([{ type: 'emailClaim', email: normalizeEmail(twin.email) }]);
  return claim?.customerId === customer.id ? undefined : claim?.customerId;
}

/** Audit entries that tell of a change: those that only tell of a value which lost belong to no version. */
export function isChange({ before, after }: { readonly before: unknown; readonly after: unknown }): boolean {
  const values = (side: unknown) => {
    const { name, email } = (side ?? {}) as Record<string, unknown>;
    return side === null ? null : [name, email];
  };
  return JSON.stringify(values(before)) !== JSON.stringify(values(after));
}

async function countChanges({ store }: CompareDeps, customerId: string): Promise<number> {
  let changes = 0;
  for (let from: string | undefined; ; ) {
    const { entries, next } = await store.listAudit(customerId, 100, from);
    changes += entries.filter(isChange).length;
    if (next === undefined) return changes;
    from = next;
  }
}
