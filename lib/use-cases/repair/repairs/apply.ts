import { isFinal } from '#domain/operation.ts';
import { absent, all, change, check, equal, remove } from '#ports/catalog-store.ts';
import { iso } from '#ports/system.ts';
import { unchanged } from '../../saga/executor.ts';
import { resumeOperation } from '../../saga/resume-operation.ts';
import { adoptExternal } from '../../sync/adopt-external.ts';
import { linkKey } from '../../sync/link-run.ts';
import { customerKey, syncKey } from '../../sync/run.ts';
import { NO_EVENTS } from '../../sync/sync-customer.ts';
import type { CustomerEvidence, Evidence, ExternalEvidence, OperationEvidence } from '../evidence.ts';
import type { Action } from '../kinds/kind.ts';
import { repairClaim, takeClaim } from './claims.ts';
import { deleteOrphan, deleteTwin } from './delete-in-stripe.ts';
import { addSync, clearLink, createAnew, join, link } from './links.ts';
import {
  commitRepair,
  FIXED,
  MOVED,
  NEEDS_A_PERSON,
  oweAndSync,
  type RepairDeps,
  type Repaired,
  runFor,
} from './repair.ts';

type OnCustomer = (deps: RepairDeps, evidence: CustomerEvidence) => Promise<Repaired>;
type OnExternal = (deps: RepairDeps, evidence: ExternalEvidence) => Promise<Repaired>;

const OF_CUSTOMERS: Partial<Record<Action, OnCustomer>> = {
  sync: async (deps, { customerId, sync }) => (sync === undefined ? MOVED : oweAndSync(deps, customerId, sync)),
  'claim-email': takeClaim,
  link,
  relink: link,
  mark: async (deps, { customerId, sync }) =>
    sync === undefined ? MOVED : oweAndSync(deps, customerId, sync, { isUnmarked: true }),
  'delete-in-stripe': deleteTwin,
  'create-anew': createAnew,
  'add-sync': addSync,
  'remove-sync': async (deps, { customerId, sync }) =>
    sync === undefined
      ? MOVED
      : commitRepair(deps, {
          customer: check(customerKey(customerId), absent),
          sync: remove(syncKey(deps, customerId), equal('revision', sync.revision)),
        }),
  'forget-attempt': forgetAttempt,
  'free-owner': freeOwner,
};

const OF_EXTERNALS: Partial<Record<Action, OnExternal>> = {
  adopt,
  join,
  'clear-link': clearLink,
  'delete-in-stripe': deleteOrphan,
};

/** Does what is to be done about an issue, on what was just read of it: through the same conditions as every write. */
export function applyRepair(deps: RepairDeps, action: Action, evidence: Evidence): Promise<Repaired> {
  switch (evidence.of) {
    case 'customer':
      return OF_CUSTOMERS[action]?.(deps, evidence) ?? Promise.resolve(NEEDS_A_PERSON);
    case 'external':
      return OF_EXTERNALS[action]?.(deps, evidence) ?? Promise.resolve(NEEDS_A_PERSON);
    case 'claim':
      return repairClaim(deps, action, evidence);
    case 'operation':
      return action === 'resume' ? resume(deps, evidence) : Promise.resolve(NEEDS_A_PERSON);
  }
}

/** Finds out whose a Stripe customer is, as its webhook would have, and brings the two together. */
async function adopt(deps: RepairDeps, { externalId }: ExternalEvidence): Promise<Repaired> {
  await adoptExternal(deps, externalId, NO_EVENTS);
  const [linked] = await deps.store.read([linkKey(deps, externalId)]);
  return linked?.customerId === undefined ? FIXED : runFor(deps, linked.customerId);
}

async function forgetAttempt(deps: RepairDeps, { customerId, sync }: CustomerEvidence): Promise<Repaired> {
  if (sync?.attemptKey === undefined) return MOVED;
  const now = iso(deps.clock.nowMs());
  const repaired = await commitRepair(deps, {
    attempt: check({ type: 'attempt', customerId, key: sync.attemptKey }, absent),
    sync: change(
      syncKey(deps, customerId),
      {
        ...{ attemptKey: undefined, status: 'pending', apartSince: sync.apartSince ?? now },
        ...{ dueAt: now, retryAt: undefined },
      },
      all(equal('revision', sync.revision), equal('attemptKey', sync.attemptKey)),
    ),
  });
  return repaired.is === 'fixed' ? runFor(deps, customerId) : repaired;
}

/** What was being deleted is active again; what was being created never was finished, and stays for a person. */
async function freeOwner(deps: RepairDeps, { customerId, customer, operation }: CustomerEvidence): Promise<Repaired> {
  if (customer?.owner === undefined || (operation !== undefined && !isFinal(operation.status))) return MOVED;
  if (customer.status === 'pending') return NEEDS_A_PERSON;
  return commitRepair(deps, {
    operation: check(
      { type: 'operation', operationId: customer.owner },
      operation === undefined ? absent : equal('status', operation.status),
    ),
    customer: change(
      customerKey(customerId),
      { owner: undefined, ...(customer.status === 'deleting' && { status: 'active' }) },
      all(equal('owner', customer.owner), equal('version', customer.version)),
    ),
  });
}

async function resume(deps: RepairDeps, { operation }: OperationEvidence): Promise<Repaired> {
  const repaired = await commitRepair(deps, {
    operation: change(
      { type: 'operation', operationId: operation.id },
      { dueAt: iso(deps.clock.nowMs()) },
      unchanged(operation),
    ),
  });
  if (repaired.is !== 'fixed') return repaired;
  return (await resumeOperation(deps, operation.id)) ? FIXED : MOVED;
}
