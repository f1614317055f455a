import * as z from 'zod/mini';
import { EMAIL_MAX_LENGTH, isEmail } from '#domain/email.ts';
import { GATE, INTEGRATIONS, type IntegrationName } from '#domain/integrations.ts';
import { type InvalidPlace, invalid, notFound } from '#domain/problem.ts';

/** Counted in characters, not in UTF-16 units. */
export const NAME_MAX_LENGTH = 256;

const name = z.string('must be a string').check(
  z.trim(),
  z.minLength(1, 'must not be empty'),
  z.refine((text) => [...text].length <= NAME_MAX_LENGTH, `must be at most ${NAME_MAX_LENGTH} characters`),
  z.refine(isCleanText, 'must not contain control characters'),
);

const email = z
  .string('must be a string')
  .check(
    z.trim(),
    z.maxLength(EMAIL_MAX_LENGTH, `must be at most ${EMAIL_MAX_LENGTH} characters`),
    z.refine(isEmail, 'must be an email address'),
  );

/** Body of `POST /customers` and `PUT /customers/{id}`. */
export const newCustomerSchema = z.strictObject({ name, email }, { error: objectError });

/** Body of `PATCH /customers/{id}`: either field, or both. */
export const customerChangeSchema = z
  .strictObject({ name: z.exactOptional(name), email: z.exactOptional(email) }, { error: objectError })
  .check(z.refine((asked) => Object.keys(asked).length > 0, 'must have name or email'));

/** Body of `POST /customers/{id}/link`. */
export const linkSchema = z.strictObject(
  {
    external_id: z.string('must be a string').check(
      // Stripe has a route of this name.
      z.regex(/^(?!search$)[\w-]{1,255}$/, 'must be the id of a Stripe customer'),
    ),
  },
  { error: objectError },
);

/** Body of `POST /customers/{id}/resolve-conflict`. */
export const resolveConflictSchema = z.strictObject(
  { keep: z.enum(['catalog', ...INTEGRATIONS], `must be catalog or ${INTEGRATIONS.join(' or ')}`) },
  { error: objectError },
);

/** Query of `DELETE /customers/{id}`. */
export const deleteQuerySchema = z.strictObject(
  { cancel_subscriptions: z.optional(z.enum(['true', 'false'], 'must be true or false')) },
  { error: objectError },
);

/** Query of what is done for one integration: the gate, unless said. */
export const integrationQuerySchema = z.strictObject(
  { integration_name: z._default(z.string(), GATE) },
  { error: objectError },
);

/**
 * An integration by its name.
 * @throws ProblemError `not-found`
 */
export function integrationName(name: string | undefined): IntegrationName {
  const known = INTEGRATIONS.find((one) => one === name);
  if (known === undefined) throw notFound('integration');
  return known;
}

/** Body of `POST /customers/data-consistency/fix`; `kinds` are those that there are. */
export function fixSchema(kinds: readonly string[]) {
  const id = z.string('must be a string').check(z.regex(/^[\w-]{1,64}$/, 'must be the id of a customer'));
  const some = z.maxLength(200, 'must be at most 200');
  return z.strictObject(
    {
      dry_run: z._default(z.boolean('must be true or false'), false),
      kinds: z.optional(z.array(z.enum(kinds, 'must be a kind that validate tells of'), 'must be a list').check(some)),
      customer_ids: z.optional(z.array(id, 'must be a list').check(some)),
    },
    { error: objectError },
  );
}

/** Query of `GET /customers/data-consistency/validate`, and of the runs there. */
export const validateSchema = z.strictObject({ cursor: z.optional(z.string()) }, { error: objectError });

/** Query of `POST /customers/cleanup-orphaned`. */
export const cleanupOrphanedSchema = z.strictObject(
  {
    integration_name: z._default(z.string(), GATE),
    dry_run: z._default(z.enum(['true', 'false'], 'must be true or false'), 'false'),
  },
  { error: objectError },
);

/** What every list can be asked: how many, and from where on. */
const page = {
  limit: z._default(
    z.pipe(
      z.string().check(z.regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')),
      z.pipe(
        z.transform(Number),
        z.number().check(z.minimum(1, 'must be at least 1'), z.maximum(100, 'must be at most 100')),
      ),
    ),
    25,
  ),
  cursor: z.optional(z.string()),
};

/** Query of `GET /customers`. */
export const listCustomersSchema = z.strictObject(
  {
    ...page,
    email: z.optional(z.string()),
    sync_status: z.optional(
      z.enum(
        ['pending', 'synced', 'failed', 'orphaned', 'conflict'],
        'must be pending, synced, failed, orphaned or conflict',
      ),
    ),
  },
  { error: objectError },
);

/** Query of `GET /customers/{id}/audit`. */
export const listAuditSchema = z.strictObject(page, { error: objectError });

/** Query of `GET /actions`. */
export const listActionsSchema = z.strictObject(page, { error: objectError });

/** Query of `GET /operations`. Which of the ended ones: only a customer's can be asked for. */
export const listOperationsSchema = z
  .strictObject(
    {
      ...page,
      status: z.optional(
        z.enum(
          ['running', 'compensating', 'needs_attention', 'succeeded', 'compensated'],
          'must be running, compensating, needs_attention, succeeded or compensated',
        ),
      ),
      customer_id: z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/, 'must be the id of a customer'))),
    },
    { error: objectError },
  )
  .check(
    z.refine(
      ({ status, customer_id }) => customer_id !== undefined || (status !== 'succeeded' && status !== 'compensated'),
      { path: ['status'], error: 'can be succeeded or compensated only together with customer_id' },
    ),
  );

function objectError({ code }: { readonly code?: string | undefined }): string {
  return code === 'unrecognized_keys' ? 'is not a known field' : 'must be a JSON object';
}

/** Lone surrogates and control characters would not survive the way to Stripe and back. */
function isCleanText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/**
 * Parses what came in at the door.
 * @throws ProblemError `validation`, with every invalid place as a JSON Pointer (RFC 6901).
 */
export function parseWith<Schema extends z.ZodMiniType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap(placesOf));
}

function placesOf(issue: z.core.$ZodIssue): InvalidPlace[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), message: issue.message }));
  }
  return [{ pointer: pointer(issue.path), message: issue.message }];
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
