import * as z from 'zod/mini';
import { component } from '../components.ts';

export const time = component(
  'Time',
  z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), z.meta({ format: 'date-time' })),
  { description: 'ISO 8601, UTC, with milliseconds.', examples: ['2026-11-02T09:30:00.000Z'] },
);

export const id = component('Id', z.string().check(z.regex(/^[\w-]{1,64}$/)), {
  description: 'An id of ours: of a customer, an operation, a run.',
  examples: ['f6a1c0de-5b0e-4c1a-9a53-0d8b7a4f2e11'],
});

export const count = z.int().check(z.nonnegative());

export const seconds = z.number().check(z.nonnegative());

/** A list, page by page. */
export function pageOf<Item extends z.ZodMiniType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z.nullable(z.string().check(z.describe('Ask for the next page with it. Null after the last one.'))),
  });
}
