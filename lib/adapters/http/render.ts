import type { Conflict, Customer } from '#domain/customer.ts';
import type { Operation, OperationStatus } from '#domain/operation.ts';
import type { Problem, ProblemType } from '#domain/problem.ts';
import type { FinalReply } from '#ports/records.ts';

/** A reply as it goes out, and as it is remembered for repeats: the body as text, so that a repeat is the same to the byte. */
export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Problem types are named by this base and their own last segment; they need not resolve (RFC 9457 section 3.1.1). */
export const PROBLEM_BASE = 'https://concord.example/problems/';

/** The status and title of each problem. */
export const PROBLEMS: Readonly<Record<ProblemType, readonly [status: number, title: string]>> = {
  validation: [400, 'The request is not valid'],
  'idempotency-key-malformed': [400, 'The idempotency key is malformed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'The method is not allowed'],
  'email-taken': [409, 'The email is taken'],
  'customer-busy': [409, 'The customer is busy'],
  'operation-finished': [409, 'The operation has ended'],
  'already-linked': [409, 'One of the two is linked already'],
  'customer-has-subscriptions': [409, 'The customer has subscriptions'],
  'reconciliation-refused': [409, 'Nothing may be repaired now'],
  'version-mismatch': [412, 'The version does not match'],
  'idempotency-in-progress': [409, 'The first request is in progress'],
  'payload-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body is not JSON'],
  'idempotency-key-reused': [422, 'The idempotency key was reused'],
  'stripe-rejected': [422, 'Stripe rejected the customer'],
  'too-many-requests': [429, 'There are too many requests'],
  internal: [500, 'Internal error'],
  'stripe-unavailable': [503, 'Stripe is unavailable'],
};

export function json(status: number, body: Record<string, unknown>, headers: Record<string, string> = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The reply of a request that has had its effect. */
export function completed(reply: FinalReply): HttpReply {
  if (reply.is === 'deleted') return json(200, { id: reply.customerId, deleted: true });
  const { customer } = reply;
  const headers = { etag: etag(customer), ...(reply.is === 'created' && { location: `/customers/${customer.id}` }) };
  return json(reply.is === 'created' ? 201 : 200, wireCustomer(customer), headers);
}

/** The operation goes on by itself; its place is told, and when to look. */
export function accepted(operationId: string, status: OperationStatus = 'running'): HttpReply {
  return json(
    202,
    { operation_id: operationId, status },
    { location: `/operations/${operationId}`, 'retry-after': '2' },
  );
}

/** A problem, with the id of the request that first met it. */
export function problemReply(problem: Problem, requestId: string): HttpReply {
  const [status] = PROBLEMS[problem.type];
  const { retryAfterSeconds } = problem;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({ ...wireProblem(problem), request_id: requestId }),
  };
}

export function wireCustomer({ id, name, email, status, version, createdAt, updatedAt, integrations }: Customer) {
  const wired = Object.entries(integrations).map(
    ([integration, { externalId, syncStatus, lastSyncedAt, conflict }]) => [
      integration,
      {
        external_id: externalId,
        sync_status: syncStatus,
        last_synced_at: lastSyncedAt,
        conflict: conflict && wireConflict(conflict),
      },
    ],
  );
  return {
    ...{ id, name, email, status, version },
    created_at: createdAt,
    updated_at: updatedAt,
    integrations: Object.fromEntries(wired),
  };
}

export function wireConflict({ field, stripeValue, otherCustomerId, since }: Conflict) {
  return {
    ...{ field, stripe_value: stripeValue },
    ...(otherCustomerId !== undefined && { other_customer_id: otherCustomerId }),
    since,
  };
}

export function wireOperation(operation: Operation) {
  const { id, kind, customerId, status, problem, createdAt, updatedAt, steps } = operation;
  return {
    ...{ id, kind, customer_id: customerId, status },
    ...(problem !== undefined && { problem: wireProblem(problem) }),
    created_at: createdAt,
    updated_at: updatedAt,
    steps: steps.map(({ name, attempt, startedAt, endedAt, outcome, stripeRequestId, error }) => ({
      ...{ name, attempt, started_at: startedAt, ended_at: endedAt, outcome },
      ...(stripeRequestId !== undefined && { stripe_request_id: stripeRequestId }),
      ...(error !== undefined && { error }),
    })),
  };
}

/** A strong validator (RFC 9110 section 8.8.3): the version. */
export function etag({ version }: Customer): string {
  return `"${version}"`;
}

function wireProblem({ type, detail, errors }: Problem) {
  const [status, title] = PROBLEMS[type];
  return { type: `${PROBLEM_BASE}${type}`, title, status, detail, ...(errors !== undefined && { errors }) };
}
