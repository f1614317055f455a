import { isFinal } from '#domain/operation.ts';
import { IntegrationUnavailableError, type Ownership } from '#ports/integration.ts';
import { pokeTo } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { importCustomer } from './import-customer.ts';
import { beginLinkRun, endUnlinked, type LinkRun, tryLater } from './link-run.ts';
import { linkTwin } from './link-twin.ts';
import { type Cause, customerKey, type SyncDeps, type SyncResult, syncKey } from './run.ts';
import { syncCustomer } from './sync-customer.ts';

/**
 * Finds out whose a customer of Stripe is that nobody is linked to. One that our metadata names was made by us and is
 * linked, never imported; one that nobody is named on is imported; one of another deployment is left alone.
 */
export async function adoptExternal(deps: SyncDeps, externalId: string, cause: Cause): Promise<SyncResult> {
  const run = await beginLinkRun(deps, externalId, cause);
  if (run === 'busy') return run;
  if ('linkedTo' in run) return syncCustomer(deps, run.linkedTo, cause);
  try {
    const found = await deps.integration.findCustomer(externalId);
    if (found === undefined || found.isDeleted || found.owner === 'another deployment') return endUnlinked(deps, run);
    if (found.owner === 'nobody') return await importCustomer(deps, run, found);
    return await returnToOwner(deps, run, found.owner);
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) return tryLater(deps, run);
    throw error;
  }
}

/** Our metadata names a customer. Whatever may still link the two by itself comes first. */
async function returnToOwner(
  deps: SyncDeps,
  run: LinkRun,
  { customerId, operationId }: Ownership,
): Promise<SyncResult> {
  const [customer, sync, operation, attempt] = await deps.store.read([
    customerKey(customerId),
    syncKey(deps, customerId),
    { type: 'operation', operationId },
    { type: 'attempt', customerId, key: operationId },
  ]);
  if (attempt?.outcome === 'open') await deps.pokes.poke(pokeTo(customerId, deps.integration.name));
  if (attempt?.outcome === 'open' || (operation !== undefined && !isFinal(operation.status)))
    return tryLater(deps, run);
  // Nobody knows this customer, or it has another twin: to be reported, and not to be guessed at.
  if (customer === undefined) return endUnlinked(deps, run);
  if (sync?.externalId !== undefined && sync.externalId !== run.externalId) return endUnlinked(deps, run);
  const isBusy =
    customer.owner !== undefined ||
    sync?.attemptKey !== undefined ||
    (sync?.runExpiresAt !== undefined && sync.runExpiresAt > iso(deps.clock.nowMs()));
  if (isBusy) return tryLater(deps, run);
  return linkTwin(deps, run, customer, sync);
}
