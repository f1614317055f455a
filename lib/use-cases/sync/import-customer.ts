import { canonical } from '#domain/customer.ts';
import { othersThan } from '#domain/integrations.ts';
import { absent, change, put } from '#ports/catalog-store.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { claimEmail } from '../catalog/email-claims.ts';
import { linkedTo } from '../catalog/linked.ts';
import { owedToOthers } from '../catalog/owed.ts';
import { countLive } from '../health/counters.ts';
import { auditOf } from './audit.ts';
import { awaitEmail, findBlocker } from './blocked-email.ts';
import { isStillRun, type LinkRun, linkKey, tryAgain, tryLater } from './link-run.ts';
import { customerKey, type SyncDeps, type SyncResult, syncKey } from './run.ts';

/**
 * Imports a customer that was born in Stripe: customer, email claim, link, sync, audit in one transaction. That it gets
 * our metadata there is owed work. It is never linked by email: if another customer holds its email, it is imported
 * without one, in conflict.
 */
export async function importCustomer(deps: SyncDeps, run: LinkRun, found: ExternalCustomer): Promise<SyncResult> {
  const id = deps.random.id();
  const wanted = canonical(found.email);
  const blocked = await findBlocker(deps, { id, email: null }, wanted);
  // An unfinished operation decides first whether the email becomes free.
  if (blocked?.is === 'reserved') return tryLater(deps, run);
  const now = iso(deps.clock.nowMs());
  const fields = { name: canonical(found.name), email: blocked === undefined ? wanted : null };
  const customer: CustomerRecord = {
    ...{ id, ...fields, status: 'active', version: 1 },
    ...{ createdAt: now, updatedAt: now, listKey: id },
  };
  const sync: SyncRecord = {
    ...{ status: 'pending', apartSince: now, externalId: run.externalId, base: fields, isUnmarked: true },
    ...{ revision: 0, tries: 0, dueAt: now },
    ...(blocked !== undefined && {
      conflict: { field: 'email', stripeValue: wanted, otherCustomerId: blocked.holderId, since: now },
    }),
  };
  const { committed } = await deps.store.commit({
    link: change(linkKey(deps, run.externalId), linkedTo(id), isStillRun(run)),
    customer: put(customerKey(id), customer, absent),
    sync: put(syncKey(deps, id), sync, absent),
    ...owedToOthers(othersThan(deps.integrations, deps.integration.name), id, {}, deps.clock.nowMs()),
    claim: fields.email === null ? undefined : claimEmail(fields.email, { state: 'held', customerId: id }),
    counter: countLive(id, 1),
    audit: auditOf(deps, { customer, cause: run.cause }, { before: null, after: fields }),
    ...(blocked !== undefined && wanted !== null && awaitEmail(deps, id, wanted, blocked)),
  });
  if (!committed) return tryAgain(deps, run);
  for (const integration of deps.integrations) await deps.pokes.poke(pokeTo(id, integration));
  return 'owed';
}
