import type { Condition } from '#ports/catalog-store.ts';

/** A record's fields, as a store keeps them: a field whose value is null is there, one that is undefined is not. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether a condition holds on a record as it stands there, expired or not. Values are compared as DynamoDB does:
 * those of different types are neither equal nor in any order.
 * @throws RangeError for a condition of no parts, which DynamoDB does not take either.
 */
export function holds(condition: Condition<string>, record: Fields | undefined): boolean {
  switch (condition.is) {
    case 'absent':
      return record === undefined;
    case 'missing':
      return fieldOf(record, condition.field) === undefined;
    case 'equal':
      return fieldOf(record, condition.field) === condition.value;
    case 'atMost':
      return isAtMost(fieldOf(record, condition.field), condition.value);
    case 'all':
    case 'any': {
      if (condition.of.length === 0) throw new RangeError('A condition has at least one part.');
      const part = (each: Condition<string>) => holds(each, record);
      return condition.is === 'all' ? condition.of.every(part) : condition.of.some(part);
    }
  }
}

function fieldOf(record: Fields | undefined, field: string): unknown {
  return record !== undefined && Object.hasOwn(record, field) ? record[field] : undefined;
}

function isAtMost(value: unknown, bound: string | number): boolean {
  if (typeof value === 'number' && typeof bound === 'number') return value <= bound;
  return typeof value === 'string' && typeof bound === 'string' && compareText(value, bound) <= 0;
}

const SURROGATE = /[\ud800-\udfff]/;

/** DynamoDB's order of texts: that of their bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  // Where each character is one unit of UTF-16, the order is the same.
  return a < b ? -1 : 1;
}
