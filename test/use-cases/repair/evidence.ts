import type { ExternalCustomer } from '#ports/integration.ts';
import type { AttemptRecord, CustomerRecord, OperationRecord, SyncRecord } from '#ports/records.ts';
import type {
  ClaimEvidence,
  CustomerEvidence,
  Evidence,
  ExternalEvidence,
  OperationEvidence,
} from '#use-cases/repair/evidence.ts';
import { judge } from '#use-cases/repair/kinds/kinds.ts';

/** What is to be found, each with what is done about it: unasked, or (in brackets) only when its kind is named. */
export type Row = readonly [name: string, evidence: Evidence, ...found: string[]];

export const rowsOf = (rows: readonly Row[]) =>
  rows.map(([name, evidence, ...found]) => [name, evidence, found] as const);

export const foundIn = (evidence: Evidence) =>
  judge(evidence).map(({ kind, action, isSafe }) => `${kind}: ${isSafe ? action : `(${action})`}`);

export const NOW = '2026-01-01T12:00:00.000Z';
/** What was due at the very end of the grace period is not overdue. */
export const OVERDUE = '2026-01-01T11:50:00.000Z';
export const LONG_AGO = '2026-01-01T11:00:00.000Z';
export const SOON = '2026-01-01T12:05:00.000Z';
const times = { now: NOW, overdueAt: OVERDUE };

const values = { name: 'Jane', email: 'jane@example.com' };
const operation: OperationRecord = {
  ...{ id: 'o', kind: 'update', customerId: 'c', status: 'running', before: null, after: null, version: 2 },
  ...{ customerCreatedAt: LONG_AGO, fence: 1, attempt: 1, attemptSince: LONG_AGO, lastSentAt: LONG_AGO },
  ...{ sent: 0, answered: 0, steps: [], createdAt: LONG_AGO, updatedAt: LONG_AGO },
};
const attempt: AttemptRecord = {
  ...{ kind: 'update', externalId: 'cus_1', fields: {}, version: 2, since: LONG_AGO, lastSentAt: LONG_AGO },
  outcome: 'open',
};
const customer: CustomerRecord = {
  ...{ id: 'c', ...values, status: 'active', version: 2, createdAt: LONG_AGO, updatedAt: LONG_AGO, listKey: 'c' },
};
const sync: SyncRecord = {
  ...{ status: 'synced', externalId: 'cus_1', base: values, revision: 1, tries: 0, syncedVersion: 2 },
};
const twin: ExternalCustomer = {
  ...{ externalId: 'cus_1', ...values, isDeleted: false, owner: { customerId: 'c', operationId: 'o' } },
};

type Changed<Record> = { readonly [Field in keyof Record]?: Record[Field] | undefined };
const changing =
  <Record extends object>(record: Record) =>
  (changes: Changed<Record> = {}) =>
    ({ ...record, ...changes }) as Record;

/** Records of a customer that is well, but for some changes. */
export const customerWith = changing(customer);
export const syncWith = changing(sync);
export const twinWith = changing(twin);
export const operationWith = changing(operation);
export const attemptWith = changing(attempt);
export const tombstone = customerWith({ status: 'deleted', name: null, email: null, listKey: undefined });

/** Somebody else's email, reserved by an operation, and that operation once it has ended. */
export const anothers = { customerId: 'd', operationId: 'p' };
export const reserved = { state: 'reserved', ...anothers } as const;
export const ended = operationWith({ id: 'p', status: 'compensated' });

/** A customer that is well, but for what is said. */
export const ofCustomer = (changes: Partial<CustomerEvidence> = {}): CustomerEvidence => ({
  ...{ of: 'customer', ...times, customerId: 'c', owners: { name: 'catalog', email: 'catalog' } },
  ...{ customer, sync, claim: { state: 'held', customerId: 'c' }, claimOperation: undefined, claimant: undefined },
  ...{ link: { customerId: 'c' }, linkedSync: undefined, operation: undefined, attempt: undefined, twin },
  ...{ isTwinUnused: false, holderId: undefined, changes: 2, hint: undefined },
  ...changes,
});

/** A customer of Stripe's that is linked, and whom its metadata names. */
export const ofExternal = (changes: Partial<ExternalEvidence> = {}): ExternalEvidence => ({
  ...{ of: 'external', ...times, externalId: 'cus_1', external: twin, link: { customerId: 'c' } },
  ...{ linked: { customer, sync }, named: { customerId: 'c', customer, sync }, isUnused: false },
  ...changes,
});

/** The claim of a customer who has its email. */
export const ofClaim = (changes: Partial<ClaimEvidence> = {}): ClaimEvidence => ({
  ...{ of: 'claim', ...times, emailHash: 'h', claim: { state: 'held', customerId: 'c' } },
  ...{ isItsEmail: true, customer, operation: undefined },
  ...changes,
});

/** An operation at work on its customer. */
export const ofOperation = (changes: Partial<OperationEvidence> = {}): OperationEvidence => ({
  ...{ of: 'operation', ...times, operation: { ...operation, dueAt: SOON }, customer: { ...customer, owner: 'o' } },
  ...changes,
});
