import { createHash } from 'node:crypto';
import type { Condition, Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Fields } from './conditions.ts';

/** DynamoDB's limit on one transaction. */
const MOST_WRITES = 100;

/** DynamoDB takes no other transactions: nothing that was written against this store fails there. */
export function assertCommittable(writes: readonly Write[], names: readonly string[]): void {
  if (writes.length === 0 || writes.length > MOST_WRITES) {
    throw new RangeError(`A commit has 1 to ${MOST_WRITES} writes.`);
  }
  if (new Set(names).size < writes.length) throw new Error('A commit writes each record once.');
  const isEmpty = (write: Write) =>
    ('change' in write && Object.keys(write.change).length === 0) ||
    ('add' in write && Object.keys(write.add).length === 0);
  if (writes.some(isEmpty)) throw new Error('A change changes something.');
  for (const write of writes) if ('when' in write) assertSayable(write.when);
}

function assertSayable(condition: Condition<string>): void {
  if ('of' in condition) for (const part of condition.of) assertSayable(part);
  if ('field' in condition && condition.field === '') throw new RangeError('A condition names a field.');
  if ('value' in condition && condition.value === undefined) throw new RangeError('A condition compares with a value.');
}

/** The record that a write leaves. */
export function resultOf(write: Write, existing: Fields | undefined): Fields | undefined {
  if ('add' in write) return sumOf(write, existing);
  if ('put' in write) return copyOf<Fields>(write.put);
  // What is undefined is not part of the copy.
  if ('change' in write) return copyOf<Fields>({ ...existing, ...write.change });
  return 'remove' in write ? undefined : existing;
}

function sumOf({ add, expiresAtSeconds }: Extract<Write, { add: unknown }>, existing: Fields = {}): Fields {
  const sums = Object.entries(add).map(([field, amount]) => [field, Number(existing[field] ?? 0) + amount]);
  return copyOf({
    ...existing,
    ...Object.fromEntries(sums),
    ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
  });
}

/** One text for each record, in whatever order its key says its parts. */
export function nameOf(asked: RecordKey): string {
  const key = hashedKey(asked) as Fields;
  let name = '';
  // Its length says where a part ends, whatever it is made of.
  for (const part of Object.keys(key).sort()) {
    const text = String(key[part]);
    name += `${part}=${text.length} ${text} `;
  }
  return name;
}

/** A claim and a request key have two keys each, in clear and by a hash, and are one record. */
export function hashedKey(key: RecordKey): RecordKey {
  if (key.type === 'emailClaim' && 'email' in key) return { type: key.type, emailHash: hashOf(key.email) };
  if (key.type === 'requestKey' && 'scope' in key) {
    return { type: key.type, keyHash: hashOf(JSON.stringify([key.scope, key.key])) };
  }
  return key;
}

export function hashOf(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}

/** As JSON keeps it: what is undefined is left out. By hand, since a text in between takes twice as long. */
export function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, (entry) => copyOf(entry ?? null)) as Value;
  const copy: Record<string, unknown> = {};
  for (const field of Object.keys(value)) {
    const entry: unknown = value[field as keyof Value];
    if (entry !== undefined) copy[field] = typeof entry === 'object' ? copyOf(entry) : entry;
  }
  return copy as Value;
}
