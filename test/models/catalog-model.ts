import { type Fields, holds } from '#adapters/memory/conditions.ts';
import { assertCommittable, nameOf, resultOf } from '#adapters/memory/writes.ts';
import type { Conflict } from '#domain/customer.ts';
import { normalizeEmail } from '#domain/email.ts';
import type { NamedWrites, Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { NOW_MS } from './processes.ts';

export type Entry = { readonly key: RecordKey; readonly record: Fields };

/** The catalog by the names of its records; audit entries are only kept as the values that they tell of. */
export type CatalogState = {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly told: readonly string[];
};

export const EMPTY_CATALOG: CatalogState = { entries: {}, told: [] };

export function readAll({ entries }: CatalogState, keys: readonly RecordKey[]): (Fields | undefined)[] {
  return keys.map((key) => entries[nameOf(key)]?.record);
}

/** What a transaction leaves, and what its sender is told: the adapters in memory say what conditions mean. */
export function commitTo(catalog: CatalogState, writes: NamedWrites): { catalog: CatalogState; value: unknown } {
  const named = Object.entries(writes).filter((entry): entry is [string, Write] => entry[1] !== undefined);
  const all = named.map(([, write]) => write);
  assertCommittable(
    all,
    all.map(({ key }) => nameOf(key)),
  );
  const counted = named.filter(([, { key }]) => !isTold(key) && !isStatistics(key));
  const refused = counted.flatMap(([name, write]) => {
    const existing = catalog.entries[nameOf(write.key)]?.record;
    return 'add' in write || holds(write.when, existing) ? [] : [[name, { existing }]];
  });
  if (refused.length > 0) return { catalog, value: { committed: false, refused: Object.fromEntries(refused) } };
  const entries = { ...catalog.entries };
  for (const [, write] of counted) {
    const name = nameOf(write.key);
    const record = resultOf(write, entries[name]?.record);
    if (record === undefined) delete entries[name];
    else if (record !== entries[name]?.record) entries[name] = { key: write.key, record: plain(write.key, record) };
  }
  const told = new Set(catalog.told);
  for (const [, write] of named)
    if ('put' in write && isTold(write.key)) for (const each of tellings(write)) told.add(each);
  return { catalog: { entries, told: [...told].sort() }, value: { committed: true } };
}

function isTold({ type }: RecordKey): boolean {
  return type === 'audit';
}

/** Tries and failures of five minutes decide nothing. */
function isStatistics(key: RecordKey): boolean {
  return key.type === 'counter' && key.name !== 'customers';
}

function tellings({ key, put }: Extract<Write, { put: unknown }>): string[] {
  const { before, after, overruled } = put as { before: Fields | null; after: Fields | null; overruled?: Fields };
  return [before, after, overruled].flatMap((values) =>
    Object.entries(values ?? {}).map(([field, value]) =>
      tellingOf('customerId' in key ? key.customerId : '', field, value),
    ),
  );
}

export function tellingOf(customerId: string, field: string, value: unknown): string {
  return `${customerId} ${field} ${value}`;
}

/** So many tries, or more, are followed by a backoff. */
const FEW_TRIES = 4;

/** Without what tells two ways to the same place apart, and decides nothing. */
function plain({ type }: RecordKey, record: Fields): Fields {
  const { expiresAtSeconds: _, ...rest } = record;
  return {
    ...rest,
    ...('steps' in rest && { steps: [] }),
    ...(Array.isArray(rest['events']) && { events: rest['events'].toSorted() }),
    ...(type === 'link' && rest['tries'] !== undefined && { tries: Math.min(Number(rest['tries']), FEW_TRIES) }),
    ...(rest['lastError'] !== undefined && { lastError: 'failed' }),
  };
}

const NOW = iso(NOW_MS);
const NEVER = '9999';
const MINUTE_MS = 60_000;
/** Ages that something is decided by: leases and backoffs are over, no request travels any more, keys are too old. */
export const AGES_MS = { minutes: 7 * MINUTE_MS, hour: 61 * MINUTE_MS, day: 25 * 60 * MINUTE_MS } as const;
const AGING = ['attemptSince', 'lastSentAt', 'lastUnknownAt', 'since'];
const COMING = ['dueAt', 'retryAt', 'runExpiresAt'];

/** An operation with only as many requests as are unanswered. */
export function settled({ key, record }: Entry): Entry {
  const { sent, answered } = record;
  if (key.type !== 'operation' || answered === 0) return { key, record };
  return { key, record: { ...record, sent: Number(sent) - Number(answered), answered: 0 } };
}

/** Whether it is an email that keeps a customer from agreeing, and that another one still has: trying again is in vain. */
export function isBlocked({ entries }: CatalogState, { status, dueAt, conflict }: Fields): boolean {
  const email = (conflict as Conflict | undefined)?.stripeValue;
  if (status !== 'conflict' || dueAt !== undefined || email == null) return false;
  return entries[nameOf({ type: 'emailClaim', email: normalizeEmail(email) })] !== undefined;
}

/** Whether a record waits for a time that is yet to come. */
export function isWaiting({ record }: Entry): boolean {
  return COMING.some((field) => isLater(record[field]));
}

export function isLater(time: unknown): boolean {
  return typeof time === 'string' && time > NOW && !time.startsWith(NEVER);
}

/** Whether something of it is younger than an age that decides. */
export function isYoung({ key, record }: Entry, ageMs: number): boolean {
  return agingOf(key).some((field) => typeof record[field] === 'string' && ageOf(String(record[field])) < ageMs);
}

/** What becomes of a record when time passes: since the clock stands, its times go back instead. */
export function aged({ key, record }: Entry, ageMs: number): Entry {
  const times = agingOf(key).flatMap((field) =>
    typeof record[field] === 'string' ? [[field, iso(NOW_MS - Math.max(ageMs, ageOf(String(record[field]))))]] : [],
  );
  const come = COMING.flatMap((field) => (isLater(record[field]) ? [[field, NOW]] : []));
  if (times.length === 0 && come.length === 0) return { key, record };
  return { key, record: { ...record, ...Object.fromEntries([...times, ...come]) } };
}

function agingOf({ type }: RecordKey): readonly string[] {
  return type === 'operation' ? [...AGING, 'createdAt'] : AGING;
}

function ageOf(time: string): number {
  return NOW_MS - Date.parse(time);
}
