import type {
  Apart,
  ApartStatus,
  AuditPage,
  CatalogStore,
  Commit,
  CustomerPage,
  Due,
  NamedWrites,
  OperationPage,
  Position,
  Refused,
  Scanned,
  ScannedType,
  ScanPage,
  Write,
} from '#ports/catalog-store.ts';
import type { AuditRecord, RecordKey, RecordOf, SyncRecord } from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';
import { compareText, type Fields, holds } from './conditions.ts';
import { assertCommittable, copyOf, hashedKey, nameOf, resultOf } from './writes.ts';

type Item = { readonly key: RecordKey; readonly record: Fields };
/** With its partition, and its place among all: the records of one customer are one partition. */
type Placed = Item & { readonly partition: string; readonly place: string };
type KeyOfType<Type extends RecordKey['type']> = Extract<RecordKey, { type: Type }>;

/**
 * The catalog within one process, for use as a library and for tests; nothing outlives the process. Choose it
 * explicitly: across functions it would be a catalog for each. It keeps every promise of the port, and what the lists
 * may do, lag or come short, it does not: each is one order over all records. Values are plain JSON, copied both ways.
 */
export class MemoryCatalogStore implements CatalogStore {
  readonly #items = new Map<string, Placed>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read<const Keys extends readonly RecordKey[]>(
    keys: Keys,
  ): Promise<{ -readonly [Index in keyof Keys]: RecordOf<Keys[Index]> | undefined }> {
    const nowSeconds = this.#clock.nowMs() / 1000;
    const records = keys.map((key) => {
      const record = this.#items.get(nameOf(key))?.record;
      return record === undefined || isExpired(record, nowSeconds) ? undefined : copyOf(record);
    });
    return records as { -readonly [Index in keyof Keys]: RecordOf<Keys[Index]> | undefined };
  }

  /** Atomic because nothing in it waits. */
  async commit<const W extends NamedWrites>(writes: W): Promise<Commit<W>> {
    const named = Object.entries(writes).filter((entry): entry is [string, Write] => entry[1] !== undefined);
    const ids = named.map(([, { key }]) => nameOf(key));
    assertCommittable(
      named.map(([, write]) => write),
      ids,
    );
    const refused: [string, { existing: Fields | undefined }][] = [];
    const results = new Map<string, Placed | undefined>();
    for (const [index, [name, write]] of named.entries()) {
      const id = ids[index] as string;
      const existing = this.#items.get(id)?.record;
      if (!('add' in write) && !holds(write.when, existing))
        refused.push([name, { existing: existing && copyOf(existing) }]);
      const record = resultOf(write, existing);
      results.set(id, record && { key: copyOf(write.key), record, ...placeOf(write.key, id) });
    }
    if (refused.length > 0) return { committed: false, refused: Object.fromEntries(refused) as Refused<W> };
    for (const [id, item] of results) {
      if (item === undefined) this.#items.delete(id);
      else this.#items.set(id, item);
    }
    return { committed: true };
  }

  async listDue(now: string, limit: number): Promise<readonly Due[]> {
    return this.#inOrderOf('dueAt')
      .filter(({ value }) => compareText(value, now) <= 0)
      .slice(0, limit)
      .map(({ key, value }) => ({ key: copyOf(key) as Due['key'], dueAt: value }));
  }

  async listApart(statuses: readonly ApartStatus[], limit: number): Promise<readonly Apart[]> {
    const all = this.#ofType('sync').flatMap(({ key: { customerId, integration }, record }) => {
      const { status, apartSince: since, retryAt, isTombstone } = copyOf(record) as SyncRecord;
      if (since === undefined || status === 'synced') return [];
      const more = { ...(retryAt !== undefined && { retryAt }), ...(isTombstone === true && { isTombstone }) };
      return [{ customerId, integration, status, since, ...more }];
    });
    const oldestFirst = all.sort((a, b) => compareText(a.since, b.since));
    return oldestFirst.filter((apart, index) => {
      const before = oldestFirst.slice(0, index).filter(({ status }) => status === apart.status);
      return statuses.includes(apart.status) && before.length < limit;
    });
  }

  async listCustomers(limit: number, from: string | undefined): Promise<CustomerPage> {
    const all = this.#inOrderOf('listKey').map(({ value }) => value);
    const { page, next } = pageOf(all, limit, (id) => from === undefined || compareText(id, from) > 0);
    return { customerIds: page, next };
  }

  async listAudit(customerId: string, limit: number, from: Position | undefined): Promise<AuditPage> {
    const newestFirst = this.#ofType('audit')
      .filter(({ key }) => key.customerId === customerId)
      .sort((a, b) => compareText(b.key.entryId, a.key.entryId));
    const isLater = ({ key }: { key: KeyOfType<'audit'> }) => from === undefined || compareText(key.entryId, from) < 0;
    const { page, next } = pageOf(newestFirst, limit, isLater);
    return { entries: page.map(({ record }) => copyOf(record) as AuditRecord), next: next?.key.entryId };
  }

  async listUnfinished(limit: number, from: Position | undefined, dueSince = ''): Promise<OperationPage> {
    const due = this.#inOrderOf('dueAt')
      .flatMap(({ key, value }) =>
        key.type === 'operation' ? [{ id: key.operationId, place: `${value} ${key.operationId}` }] : [],
      )
      .filter(({ place }) => compareText(place, dueSince) >= 0)
      .sort((a, b) => compareText(a.place, b.place));
    const { page, next } = pageOf(due, limit, ({ place }) => from === undefined || compareText(place, from) > 0);
    return { operationIds: page.map(({ id }) => id), next: next?.place };
  }

  async listOperationsOf(customerId: string, limit: number, from: Position | undefined): Promise<OperationPage> {
    const newestFirst = this.#ofType('operation')
      .filter(({ record }) => record['customerId'] === customerId)
      .map(({ key: { operationId }, record }) => ({
        id: operationId,
        place: `${record['createdAt']} ${operationId}`,
      }))
      .sort((a, b) => compareText(b.place, a.place));
    const isLater = ({ place }: { place: string }) => from === undefined || compareText(place, from) < 0;
    const { page, next } = pageOf(newestFirst, limit, isLater);
    return { operationIds: page.map(({ id }) => id), next: next?.place };
  }

  /** The parts are dealt by partition, as a table deals them. */
  async scan(part: number, of: number, limit: number, from: Position | undefined): Promise<ScanPage> {
    const nowSeconds = this.#clock.nowMs() / 1000;
    const all = [...this.#items.values()]
      .filter(({ partition }) => checksumOf(partition) % of === part)
      .sort((a, b) => compareText(a.place, b.place));
    const { page, next } = pageOf(all, limit, ({ place }) => from === undefined || compareText(place, from) > 0);
    const scanned = page.filter(({ key }) => isScanned(key)).map(scannedOf);
    const hasExpired = ({ record }: Scanned) => isExpired(record as Fields, nowSeconds);
    const found = scanned.filter((each) => !hasExpired(each));
    return { found, expired: scanned.filter(hasExpired), next: next?.place };
  }

  /** Everything that stands there, expired or not, in the order in which it came to be: it itself, not to be changed. */
  dump(): readonly Item[] {
    return [...this.#items.values()].map(({ key, record }) => ({ key, record }));
  }

  #ofType<Type extends RecordKey['type']>(type: Type): { key: KeyOfType<Type>; record: Fields }[] {
    const items = [...this.#items.values()].filter(({ key }) => key.type === type);
    return items as Item[] as { key: KeyOfType<Type>; record: Fields }[];
  }

  /** The records that have this field, by its value. */
  #inOrderOf(field: 'dueAt' | 'listKey'): { key: RecordKey; value: string }[] {
    const having = [...this.#items.values()].flatMap(({ key, record }) => {
      const value = record[field];
      return typeof value === 'string' ? [{ key, value }] : [];
    });
    return having.sort((a, b) => compareText(a.value, b.value));
  }
}

/** `next` is the last entry of the page, if there is another page. */
function pageOf<Entry>(all: readonly Entry[], limit: number, isLater: (entry: Entry) => boolean) {
  const rest = all.filter(isLater);
  const page = rest.slice(0, limit);
  return { page, next: rest.length > limit ? page.at(-1) : undefined };
}

const SCANNED: ReadonlySet<string> = new Set<ScannedType>([
  ...(['customer', 'sync', 'audit', 'emailClaim', 'link', 'operation', 'requestKey', 'lease'] as const),
]);

function isScanned(key: RecordKey): boolean {
  return SCANNED.has(key.type);
}

function scannedOf({ key, record }: Item): Scanned {
  return { key: copyOf(hashedKey(key)), record: copyOf(record) } as unknown as Scanned;
}

function placeOf(key: RecordKey, name: string): Pick<Placed, 'partition' | 'place'> {
  const isOfCustomer = key.type !== 'link' && 'customerId' in key;
  const partition = isOfCustomer ? `customer:${key.customerId}` : name;
  return { partition, place: `${partition} ${name}` };
}

/** Deals partitions evenly; FNV-1a, since no more is asked of it. */
function checksumOf(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return sum >>> 0;
}

function isExpired({ expiresAtSeconds }: Fields, nowSeconds: number): boolean {
  return typeof expiresAtSeconds === 'number' && expiresAtSeconds <= nowSeconds;
}
