import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { AuditRecord, CustomerRecord, OperationRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { ManualClock } from './manual-clock.ts';

/** A store in which there is nothing yet, and the clock that decides its expiries. */
export type Stage = { readonly store: CatalogStore; readonly clock: ManualClock };

/** One promise of the port, and how a store breaks it: an empty list when it is kept. */
export type CatalogPromise = {
  readonly promise: string;
  readonly violations: (stage: Stage) => Promise<readonly string[]>;
};

export const unless = (holds: boolean, violation: string) => (holds ? [] : [violation]);

/** What a store may show of a record besides its fields. */
const OF_THE_STORE = new Set(['pk', 'sk', 'dueShard', 'listShard', 'apartShard', 'apartKey']);

/** A record's fields, without what the store itself adds to them. */
export function fieldsOf(record: object | undefined): object | undefined {
  return record && Object.fromEntries(Object.entries(record).filter(([field]) => !OF_THE_STORE.has(field)));
}

export function isSame(record: object | undefined, expected: object | undefined): boolean {
  return isDeepStrictEqual(fieldsOf(record), expected);
}

export const newId = (): string => randomUUID();
export const customerKey = (customerId: string) => ({ type: 'customer', customerId }) as const;
export const syncKey = (customerId: string) => ({ type: 'sync', customerId, integration: 'stripe' }) as const;
export const operationKey = (operationId: string) => ({ type: 'operation', operationId }) as const;
export const leaseKey = (name: string) => ({ type: 'lease', name }) as const;
export const counterKey = (name: string) => ({ type: 'counter', name, shard: 0 }) as const;
export const auditKey = (customerId: string, at: string) =>
  ({ type: 'audit', customerId, entryId: `${at}#${newId()}` }) as const;

/** The time of the stage, so much later. */
export const timeOf = ({ clock }: Stage, laterMs = 0): string => iso(clock.nowMs() + laterMs);

export function customerOf(id: string, more: Partial<CustomerRecord> = {}): CustomerRecord {
  const at = iso(Date.UTC(2026, 0, 1));
  const fields = { name: null, email: 'm@example.com', status: 'active', version: 5 } as const;
  return { id, ...fields, createdAt: at, updatedAt: at, ...more };
}

export function syncOf(more: Partial<SyncRecord> = {}): SyncRecord {
  return { status: 'pending', revision: 0, tries: 0, ...more };
}

export function operationOf(id: string, customerId: string, more: Partial<OperationRecord> = {}): OperationRecord {
  const at = iso(Date.UTC(2026, 0, 1));
  return {
    ...{ id, customerId, kind: 'create', status: 'running', before: null, after: { name: 'Jane', email: null } },
    ...{ version: 1, customerCreatedAt: at, fence: 1, attempt: 1, attemptSince: at, lastSentAt: at },
    ...{ sent: 0, answered: 0, steps: [], createdAt: at, updatedAt: at },
    ...more,
  };
}

export function auditOf(at: string): AuditRecord {
  return { at, cause: 'api', before: null, after: { name: 'Jane', email: 'jane@example.com' } };
}
