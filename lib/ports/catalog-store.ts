import type { SyncStatus } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { CounterRecord } from './maintenance-records.ts';
import type { AuditRecord, RecordKey, RecordOf, Records } from './records.ts';

/** What must be true of a record's fields for a write to happen. Plain data: every store means the same by it. */
export type Condition<Field extends string> =
  | { readonly is: 'absent' }
  | { readonly is: 'equal'; readonly field: Field; readonly value: string | number | boolean }
  | { readonly is: 'missing'; readonly field: Field }
  | { readonly is: 'atMost'; readonly field: Field; readonly value: string | number }
  | { readonly is: 'all' | 'any'; readonly of: readonly Condition<Field>[] };

/** There is no such record. */
export const absent: Condition<never> = { is: 'absent' };

/** The record exists, and its field has this value. */
export function equal<Field extends string>(field: Field, value: string | number | boolean): Condition<Field> {
  return { is: 'equal', field, value };
}

/** The record lacks the field, or does not exist. */
export function missing<Field extends string>(field: Field): Condition<Field> {
  return { is: 'missing', field };
}

/** The record exists, and its field is at most this value. */
export function atMost<Field extends string>(field: Field, value: string | number): Condition<Field> {
  return { is: 'atMost', field, value };
}

export function all<Field extends string>(...of: Condition<Field>[]): Condition<Field> {
  return { is: 'all', of };
}

export function any<Field extends string>(...of: Condition<Field>[]): Condition<Field> {
  return { is: 'any', of };
}

type When<Key extends RecordKey> = Condition<keyof RecordOf<Key> & string>;

/** Fields to set, and fields to remove by `undefined`. */
export type Changes<R> = { readonly [Field in keyof R]?: R[Field] | undefined };

export type WriteOf<Key extends RecordKey> =
  | { readonly key: Key; readonly put: RecordOf<Key>; readonly when: When<Key> }
  | { readonly key: Key; readonly change: Changes<RecordOf<Key>>; readonly when: When<Key> }
  | { readonly key: Key; readonly remove: true; readonly when: When<Key> }
  | { readonly key: Key; readonly check: true; readonly when: When<Key> }
  | (Key extends CounterKey ? Addition<Key> : never);

type CounterKey = Extract<RecordKey, { type: 'counter' }>;

/** What an addition adds to, by field. */
export type Amounts = Omit<CounterRecord, 'expiresAtSeconds'>;

type Addition<Key extends CounterKey> = {
  readonly key: Key;
  readonly add: Amounts;
  readonly expiresAtSeconds?: number;
};

/** A conditional write, or a mere check, of a record of this type. */
export type WriteTo<Type extends RecordKey['type']> = WriteOf<Extract<RecordKey, { type: Type }>>;

/** A conditional write, or a mere check, of one record. */
export type Write = { [Type in RecordKey['type']]: WriteTo<Type> }[RecordKey['type']];

/** Stores the whole record. */
export function put<Key extends RecordKey>(key: Key, record: RecordOf<Key>, when: When<Key>): WriteOf<Key> {
  return { key, put: record, when };
}

/** Sets and removes some fields; makes the record if the condition allows that there is none. */
export function change<Key extends RecordKey>(
  key: Key,
  changes: Changes<RecordOf<Key>>,
  when: When<Key>,
): WriteOf<Key> {
  return { key, change: changes, when };
}

export function remove<Key extends RecordKey>(key: Key, when: When<Key>): WriteOf<Key> {
  return { key, remove: true, when };
}

/** Writes nothing, but lets the others be committed only when the condition holds. */
export function check<Key extends RecordKey>(key: Key, when: When<Key>): WriteOf<Key> {
  return { key, check: true, when };
}

/**
 * Adds to fields of a counter, whatever they are now; one that is missing counts as 0. It has no condition and is never
 * refused: those who add at once do not refuse one another.
 */
export function add<Key extends CounterKey>(key: Key, amounts: Amounts, expiresAtSeconds?: number): Addition<Key> {
  return { key, add: amounts, ...(expiresAtSeconds !== undefined && { expiresAtSeconds }) };
}

/** Writes that are committed together, each under a name by which a refusal speaks of it. */
export type NamedWrites = { readonly [name: string]: Write | undefined };

type KeyOf<W> = W extends { readonly key: infer Key extends RecordKey } ? Key : never;

/** The names of the writes whose conditions did not hold, with what stands there instead. */
export type Refused<W extends NamedWrites> = {
  readonly [Name in keyof W]?: { readonly existing: RecordOf<KeyOf<W[Name]>> | undefined };
};

export type Commit<W extends NamedWrites> =
  | { readonly committed: true }
  | { readonly committed: false; readonly refused: Refused<W> };

/** A due record, and when it was due. */
export type Due = {
  readonly key: Extract<RecordKey, { type: 'operation' | 'sync' | 'link' | 'consistencyRun' }>;
  readonly dueAt: string;
};

export type ApartStatus = Exclude<SyncStatus, 'synced'>;

/** A customer whose two sides are not known to agree, since when, and when a try that has failed is made again. */
export type Apart = {
  readonly customerId: string;
  readonly integration: IntegrationName;
  readonly status: ApartStatus;
  readonly since: string;
  readonly retryAt?: string;
  readonly isTombstone?: true;
};

export type CustomerPage = { readonly customerIds: readonly string[]; readonly next: string | undefined };

/** Where a page ends, as text of the store's own: only what one of its pages said is to be handed back to it. */
export type Position = string;

export type AuditPage = { readonly entries: readonly AuditRecord[]; readonly next: Position | undefined };

/** The records that a scan tells of. */
export type ScannedType = 'customer' | 'sync' | 'audit' | 'emailClaim' | 'link' | 'operation' | 'requestKey' | 'lease';
export type Scanned = {
  [Type in ScannedType]: { readonly key: Extract<RecordKey, { type: Type }>; readonly record: Records[Type] };
}[ScannedType];
/** `expired`: what still stands there and no longer counts. */
export type ScanPage = {
  readonly found: readonly Scanned[];
  readonly expired: readonly Scanned[];
  readonly next: Position | undefined;
};

/** `next` may be there although the page is short, or even empty: there is more to look through. */
export type OperationPage = { readonly operationIds: readonly string[]; readonly next: Position | undefined };

/** The catalog. Reads are strongly consistent unless said otherwise. */
export interface CatalogStore {
  /** The records of these keys, in their order, `undefined` where there is none or it has expired. One call. */
  read<const Keys extends readonly RecordKey[]>(
    keys: Keys,
  ): Promise<{ -readonly [Index in keyof Keys]: RecordOf<Keys[Index]> | undefined }>;
  /**
   * Commits all writes or none. Safe to be repeated by the transport: a lost reply does not make it refuse itself.
   * @throws StoreContendedError when other transactions kept it from deciding.
   */
  commit<const W extends NamedWrites>(writes: W): Promise<Commit<W>>;
  /** Up to `limit` records that are due at `now`, earliest first per shard. May lag behind writes by moments. */
  listDue(now: string, limit: number): Promise<readonly Due[]>;
  /**
   * Those with these statuses, oldest first. At most about `limit` of each status, the oldest of each shard. May lag
   * behind writes by moments.
   */
  listApart(statuses: readonly ApartStatus[], limit: number): Promise<readonly Apart[]>;
  /** A page of listed customers' ids, each at most once in a walk. May lag behind writes by moments. */
  listCustomers(limit: number, from: string | undefined): Promise<CustomerPage>;
  /** A page of a customer's audit entries, newest first. Strongly consistent: what is committed is there. */
  listAudit(customerId: string, limit: number, from: Position | undefined): Promise<AuditPage>;
  /**
   * A page of the unfinished operations that are due at `dueSince` or later: all of them by default. One that stays
   * unfinished is not missed by a walk; one whose due time moves on meanwhile may come twice. May lag behind writes.
   */
  listUnfinished(limit: number, from: Position | undefined, dueSince?: string): Promise<OperationPage>;
  /** A page of a customer's operations, newest first, each at most once in a walk. May lag behind writes by moments. */
  listOperationsOf(customerId: string, limit: number, from: Position | undefined): Promise<OperationPage>;
  /**
   * A page of one of `of` parts of the catalog, which together are all of it. It looks through up to `limit` records and
   * answers those of the types of `Scanned`; each that stays is found by a walk once. The records of one customer come
   * one after the other within a part. Claims and request keys are named by hashes: neither email nor key is part of a
   * key.
   */
  scan(part: number, of: number, limit: number, from: Position | undefined): Promise<ScanPage>;
}

/** Other transactions on the same records kept this one from being decided. Nothing was written. */
export class StoreContendedError extends Error {
  override readonly name = 'StoreContendedError';
}
