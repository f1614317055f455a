import { type CustomerFields, isSameValue } from './customer.ts';

/** What both sides hold in one field, and the last value on which they were known to agree. */
export type FieldSides = {
  readonly catalog: string | null;
  readonly stripe: string | null;
  readonly base: string | null;
  readonly differs: boolean;
};

/** A customer's two sides. `stripe` says what there is: nothing to compare with, unless it is `present`. */
export type CustomerSides = {
  readonly customerId: string;
  readonly externalId: string | null;
  readonly stripe: 'present' | 'deleted' | 'unknown' | 'not-linked';
  readonly fields: Readonly<Record<keyof CustomerFields, FieldSides>>;
};

/** One field on both sides. Nothing differs from a side that is not there. */
export function fieldSides(
  field: keyof CustomerFields,
  local: CustomerFields,
  remote: CustomerFields | undefined,
  base: CustomerFields | undefined,
): FieldSides {
  const [catalog, stripe] = [local[field], remote?.[field] ?? null];
  return {
    ...{ catalog, stripe, base: base?.[field] ?? null },
    differs: remote !== undefined && !isSameValue(catalog, stripe),
  };
}
