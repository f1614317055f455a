import type { CustomerFields } from '#domain/customer.ts';

/** The fields that we keep, of an event's `previous_attributes`. */
export function previousFields(previous: unknown): Partial<CustomerFields> {
  const { name, email } = (previous ?? {}) as { readonly name?: unknown; readonly email?: unknown };
  return { ...(isValue(name) && { name }), ...(isValue(email) && { email }) };
}

function isValue(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
