import * as z from 'zod/mini';
import type { ProblemType } from '#domain/problem.ts';
import { PROBLEM_BASE, PROBLEMS } from '../render.ts';
import { component } from './components.ts';

/** The problems of the API. The webhook's own one is not among them: Stripe alone meets it. */
export type ApiProblem = Exclude<ProblemType, 'method-not-allowed'>;

/** When each is told. */
const MEANINGS: Readonly<Record<ApiProblem, string>> = {
  validation: 'A field, parameter or header is not valid; `errors` says which ones.',
  'idempotency-key-malformed':
    'The key is not one header of 1 to 255 printable ASCII characters without comma or quote.',
  'not-found': 'There is no such thing, or no more.',
  'email-taken': 'Another customer has this email, in whatever case.',
  'customer-busy': 'Another change of this customer or email is under way: try again after `Retry-After`.',
  'operation-finished': 'The operation has ended: there is nothing to retry.',
  'already-linked': 'The customer, or the one in Stripe, is linked to another one.',
  'idempotency-in-progress': 'The first request with this key is still under way: try again after `Retry-After`.',
  'customer-has-subscriptions': 'Deleting would cancel a live subscription: say `cancel_subscriptions=true`.',
  'reconciliation-refused':
    'What both sides look like is not to be believed, or another run is under way: nothing was done.',
  'version-mismatch': 'The customer has another version than `If-Match` says.',
  'payload-too-large': 'The body is larger than 64 KiB.',
  'unsupported-media-type': 'The body is not `application/json`.',
  'idempotency-key-reused': 'The key was used with another payload.',
  'stripe-rejected': 'Stripe refused, for the reason in `detail`. Both sides are as they were.',
  'too-many-requests':
    'You have many requests at work while others wait. Nothing was done: send fewer at once, after `Retry-After`.',
  internal: 'Something went wrong. The request can be repeated.',
  'stripe-unavailable': 'Stripe could not be reached. Nothing was left behind: try again after `Retry-After`.',
};

/** Every problem that the API can answer with. */
export const API_PROBLEMS = Object.keys(MEANINGS) as readonly ApiProblem[];

export const invalidPlace = component('InvalidPlace', z.object({ pointer: z.string(), message: z.string() }), {
  description:
    'A JSON Pointer (RFC 6901) into the body, or the name of a header or parameter; and what is wrong there.',
  examples: [{ pointer: '/email', message: 'must be an email address' }],
});

const SCHEMAS = new Map(API_PROBLEMS.map((type) => [type, problemSchema(type)]));

export type ProblemDescription = {
  readonly type: ApiProblem;
  readonly status: number;
  readonly meaning: string;
  readonly schema: z.ZodMiniType;
};

/** One problem as RFC 9457 has it, and the status that it comes with. */
export function describeProblem(type: ApiProblem): ProblemDescription {
  const schema = SCHEMAS.get(type);
  if (schema === undefined) throw new Error(`The problem ${type} has no schema.`);
  return { type, status: PROBLEMS[type][0], meaning: MEANINGS[type], schema };
}

/** What API Gateway answers by itself: to a caller without a valid token, say. */
export const gatewayMessage = component('GatewayMessage', z.object({ message: z.string() }), {
  description: 'What API Gateway itself answers.',
  examples: [{ message: 'Unauthorized' }],
});

function problemSchema(type: ApiProblem) {
  const [status, title] = PROBLEMS[type];
  const uri = `${PROBLEM_BASE}${type}`;
  const errors = type === 'validation' ? { errors: z.array(invalidPlace) } : {};
  const schema = z.object({
    ...{ type: z.literal(uri), title: z.literal(title), status: z.literal(status), detail: z.string() },
    ...{ ...errors, request_id: z.string() },
  });
  const place = { pointer: '/email', message: 'must be an email address' };
  const example = {
    ...{ type: uri, title, status, detail: `${title}.`, request_id: 'XhYzJgXlIAMEJ7A=' },
    ...(type === 'validation' && { errors: [place] }),
  };
  return component(`${pascalCase(type)}Problem`, schema, { description: MEANINGS[type], examples: [example] });
}

function pascalCase(text: string): string {
  return text.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
