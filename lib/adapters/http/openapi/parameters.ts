import * as z from 'zod/mini';
import { INTEGRATIONS } from '#domain/integrations.ts';

export type Json = Record<string, unknown>;

const MEANINGS: Readonly<Record<string, string>> = {
  limit: 'At most so many on a page.',
  cursor: 'The `next_cursor` of the page before.',
  email: 'Only the customer with this email, in whatever case.',
  sync_status: 'Only customers that stand so with Stripe.',
  status: 'Only operations of this status; ended ones only together with `customer_id`.',
  customer_id: 'All operations of this customer.',
  integration_name: 'There is one integration: `stripe`.',
  dry_run: 'Says what would be done, and does nothing.',
  cancel_subscriptions: 'Deletes the customer although that cancels its live subscriptions.',
  id: 'The id that a reply told.',
};

/** What a query may say, as parameters. Text that stands for a number or a truth value is described as that. */
export function queryParameters(schema: z.ZodMiniType): Json[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    ...{ name, in: 'query', required: false, description: MEANINGS[name] },
    schema:
      name === 'limit' ? { type: 'integer', minimum: 1, maximum: 100, default: 25 } : asValue({ ...Object(property) }),
  }));
}

/** What stands in braces in a path. */
export function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, description: MEANINGS[name] },
    schema:
      name === 'integration_name'
        ? { type: 'string', enum: [...INTEGRATIONS] }
        : { type: 'string', pattern: '^[\\w-]{1,64}$' },
  }));
}

function asValue({ enum: values, default: fallback, ...schema }: Json): Json {
  const isTruth = JSON.stringify(values) === '["true","false"]';
  return {
    ...schema,
    ...(isTruth ? { type: 'boolean' } : values !== undefined && { enum: values }),
    ...(fallback !== undefined && { default: isTruth ? fallback === 'true' : fallback }),
  };
}
