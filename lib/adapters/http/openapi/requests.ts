import * as z from 'zod/mini';
import {
  customerChangeSchema,
  fixSchema,
  linkSchema,
  NAME_MAX_LENGTH,
  newCustomerSchema,
  resolveConflictSchema,
} from '../schemas.ts';
import { component } from './components.ts';

// What the schemas check by code, said in words that JSON Schema has.
z.globalRegistry.add(newCustomerSchema.shape.name, {
  description: 'Stored trimmed. No control characters.',
  maxLength: NAME_MAX_LENGTH,
});
z.globalRegistry.add(newCustomerSchema.shape.email, {
  description: 'Stored trimmed and otherwise as given; unique whatever its case.',
});
z.globalRegistry.add(customerChangeSchema, { minProperties: 1 });

export const newCustomer = component('NewCustomer', newCustomerSchema, {
  description: 'A customer to create, or all of its fields to replace.',
  examples: [{ name: 'John Doe', email: 'john@example.com' }],
});

export const customerChange = component('CustomerChange', customerChangeSchema, {
  description: 'Either field, or both.',
  examples: [{ name: 'John Q. Doe' }],
});

export const link = component('Link', linkSchema, {
  description: 'A Stripe customer that nobody owns and no unfinished operation made.',
  examples: [{ external_id: 'cus_QK3xw1Zr8vT2aB' }],
});

export const resolveConflict = component('ResolveConflict', resolveConflictSchema, {
  description: '`catalog` keeps this side’s value and stops reporting; `stripe` takes Stripe’s.',
  examples: [{ keep: 'catalog' }],
});

/** What `fix` may be asked: `kinds` are those that there are. */
export function fixRequest(kinds: readonly string[]) {
  return component('FixRequest', fixSchema(kinds), {
    description:
      'Without a body, everything that is safe. Naming a kind also asks for repairs of it that are not safe.',
    examples: [{ dry_run: true }],
  });
}
