import { normalizeEmail } from '#domain/email.ts';
import type { Digest } from '#ports/pokes.ts';
import type { CustomerRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { ClaimEvidence, CompareDeps, Evidence, ExternalEvidence, OperationEvidence, Subject } from './evidence.ts';
import { gatherCustomer } from './gather-customer.ts';
import { isSame } from './is-same.ts';
import { isInTime, isLive, isUnfinished } from './kinds/kind.ts';

/**
 * Reads all that a subject is judged by, from both sides; `undefined` when there is nothing to judge yet: it is young,
 * somebody is at work on it or has time left to be, or it changes while it is read.
 */
export async function gather(deps: CompareDeps, subject: Subject): Promise<Evidence | undefined> {
  switch (subject.of) {
    case 'customer':
      return gatherCustomer(deps, subject);
    case 'external':
      return gatherExternal(deps, subject.externalId);
    case 'claim':
      return gatherClaim(deps, subject.emailHash);
    case 'operation':
      return gatherOperation(deps, subject.operationId);
  }
}

/** The times that evidence is judged by. */
export function timesOf({ clock, graceMs }: Pick<CompareDeps, 'clock' | 'graceMs'>) {
  const nowMs = clock.nowMs();
  return { now: iso(nowMs), overdueAt: iso(nowMs - graceMs) };
}

async function gatherExternal(deps: CompareDeps, externalId: string): Promise<ExternalEvidence | undefined> {
  const { store, integration } = deps;
  const times = timesOf(deps);
  const linkKey = { type: 'link', integration: integration.name, externalId } as const;
  const found = await integration.findCustomer(externalId);
  const external = found?.isDeleted === false ? found : undefined;
  if (external?.createdAt !== undefined && external.createdAt > times.overdueAt) return undefined;
  const [link] = await store.read([linkKey]);
  if (link !== undefined && isInTime(link, times)) return undefined;
  const owner = typeof external?.owner === 'object' ? external.owner : undefined;
  const [linked, named] = [
    link?.customerId === undefined ? undefined : await readNamed(deps, link.customerId),
    owner && { ...(await readNamed(deps, owner.customerId, owner.operationId)), customerId: owner.customerId },
  ];
  const isBusy = [linked, named].some(
    (each) => each?.customer?.owner !== undefined || (each?.sync !== undefined && isInTime(each.sync, times)),
  );
  if (isBusy) return undefined;
  // Asked only of what would be deleted unasked.
  const isOrphan = link?.customerId === undefined && external !== undefined && owner !== undefined;
  const isUnused = isOrphan && !isLive(named?.customer) && (await integration.isUnused(externalId));
  const [again] = await store.read([linkKey]);
  if (!isSame(again, link)) return undefined;
  return { of: 'external', ...times, externalId, external, link, linked, named, isUnused };
}

async function readNamed({ store, integration }: CompareDeps, customerId: string, operationId = '') {
  const [customer, sync, operation, attempt] = await store.read([
    { type: 'customer', customerId },
    { type: 'sync', customerId, integration: integration.name },
    { type: 'operation', operationId },
    { type: 'attempt', customerId, key: operationId },
  ]);
  return { customer, sync, operation, attempt };
}

/** Whether the customer has the email with this hash. */
export function isEmailOf(digest: Digest, customer: CustomerRecord | undefined, emailHash: string): boolean {
  return customer?.email != null && digest(normalizeEmail(customer.email)) === emailHash;
}

/** What judging a claim needs: Stripe has no say in it. */
type ClaimDeps = Pick<CompareDeps, 'store' | 'clock' | 'digest' | 'graceMs'>;

/** The customer is read before the claim and after it: in between nothing of it has changed. */
export async function gatherClaim(deps: ClaimDeps, emailHash: string): Promise<ClaimEvidence | undefined> {
  const key = { type: 'emailClaim', emailHash } as const;
  const [first] = await deps.store.read([key]);
  if (first === undefined) return undefined;
  const customerKey = { type: 'customer', customerId: first.customerId } as const;
  const [customer, operation] = await deps.store.read([
    customerKey,
    { type: 'operation', operationId: first.operationId ?? '' },
  ]);
  const [claim] = await deps.store.read([key]);
  const [again] = await deps.store.read([customerKey]);
  const isMoving = !isSame([claim, again], [first, customer]);
  if (claim === undefined || isMoving || isUnfinished(operation) || customer?.owner !== undefined) return undefined;
  const times = timesOf(deps);
  if (customer !== undefined && customer.updatedAt > times.overdueAt) return undefined;
  const isItsEmail = isEmailOf(deps.digest, customer, emailHash);
  return { of: 'claim', ...times, emailHash, claim, isItsEmail, customer, operation };
}

async function gatherOperation(deps: CompareDeps, operationId: string): Promise<OperationEvidence | undefined> {
  const key = { type: 'operation', operationId } as const;
  const [operation] = await deps.store.read([key]);
  if (operation === undefined) return undefined;
  const [customer] = await deps.store.read([{ type: 'customer', customerId: operation.customerId }]);
  const [again] = await deps.store.read([key]);
  const times = timesOf(deps);
  if (!isSame(again, operation) || operation.createdAt > times.overdueAt) return undefined;
  return { of: 'operation', ...times, operation, customer };
}
