import { setTimeout as pause } from 'node:timers/promises';
import { authenticate } from './authentication.ts';
import type { Endpoint, Rooms } from './endpoint.ts';
import { errorBody, internalFailure, StripeFailure } from './errors.ts';
import { API_VERSION } from './event.ts';
import { type Form, parseForm } from './form-body.ts';
import { type Idempotency, type KeyedRequest, keyedRequest } from './idempotency.ts';
import type { PlannedFailures } from './planned-failures.ts';
import { recordRequest } from './request-log.ts';
import type { Route } from './routing.ts';

export type ApiRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type ApiReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Api = {
  /** Answers one request. Rejects only when `signal` says that the sandbox closes, as if its process had died. */
  answer(request: ApiRequest, signal: AbortSignal): Promise<ApiReply>;
};

type Parts = Rooms & {
  readonly route: (method: string, path: string) => Route;
  readonly idempotency: Idempotency;
  readonly failures: PlannedFailures;
  /** Called once an effect is committed. */
  readonly afterEffect: () => void;
};

type Outcome = { readonly status: number; readonly body: string };

/** With the id of the request that executed, when a key remembers the outcome. */
type Answer = Outcome & { readonly originalRequestId?: string };

export function createApi(parts: Parts): Api {
  const { state, now, newIdentifier } = parts;
  return {
    answer: async (request, signal) => {
      const requestId = newIdentifier('req_');
      const key = header(request, 'idempotency-key');
      const { status, body, originalRequestId } = await answerOrRefuse(parts, request, requestId, signal);
      const saved = originalRequestId !== undefined;
      const replayed = saved && originalRequestId !== requestId;
      const { method, path } = request;
      const at = new Date(now()).toISOString();
      recordRequest(state, { at, method, path, idempotency_key: key ?? null, status, request_id: requestId, replayed });
      const headers = {
        'content-type': 'application/json',
        'request-id': requestId,
        'stripe-version': header(request, 'stripe-version') ?? API_VERSION,
        ...(key !== undefined && { 'idempotency-key': key }),
        // To try again with the same key would only be answered with the same again.
        ...(saved && { 'original-request': originalRequestId, 'stripe-should-retry': 'false' }),
        ...(replayed && { 'idempotent-replayed': 'true' }),
        ...(status === 401 && { 'www-authenticate': 'Basic realm="Stripe"' }),
      };
      return { status, headers, body };
    },
  };
}

async function answerOrRefuse(
  parts: Parts,
  request: ApiRequest,
  requestId: string,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await run(parts, request, requestId, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof StripeFailure) return failed(error, requestId, parts.now());
    // A fault of the sandbox itself: nothing was committed, and whoever runs it should see why.
    console.error(error);
    return failed(internalFailure(), requestId, parts.now());
  }
}

async function run(parts: Parts, request: ApiRequest, requestId: string, signal: AbortSignal): Promise<Answer> {
  const { idempotency, state } = parts;
  authenticate(header(request, 'authorization'), header(request, 'stripe-account'));
  const { endpoint, id } = parts.route(request.method, request.path);
  const parameters = readParameters(request);
  const key = header(request, 'idempotency-key');

  // Keys have no effect on GET and DELETE, which are idempotent by definition.
  const keyed =
    key !== undefined && request.method === 'POST' ? keyedRequest(key, request.path, parameters) : undefined;
  const saved = keyed && idempotency.findReply(keyed);
  if (saved) return { status: saved.status, body: saved.body, originalRequestId: saved.requestId };

  const execute = endpoint.prepare(parameters, id);
  const end = keyed ? idempotency.begin(keyed) : () => {};
  try {
    // Half of the latency passes before the effect and half after it, so that both can be interrupted.
    const halfMs = state.settings.get().latencyMs / 2;
    if (halfMs > 0) await pause(halfMs, undefined, { signal });
    const work = () => execute({ requestId, idempotencyKey: key ?? null });
    const outcome = commit(parts, request, endpoint, work, requestId, keyed);
    parts.afterEffect();
    if (halfMs > 0) await pause(halfMs, undefined, { signal });
    return { ...outcome, ...(keyed && { originalRequestId: requestId }) };
  } finally {
    end();
  }
}

/** The effect, its events and the saved reply are one transaction. */
function commit(
  { state, idempotency, failures, now }: Parts,
  { method, path }: ApiRequest,
  endpoint: Endpoint,
  execute: () => unknown,
  requestId: string,
  keyed: KeyedRequest | undefined,
): Outcome {
  const planned = failures.take({ method, path, template: endpoint.path });
  const attempt = (): Outcome => {
    try {
      if (planned && !planned.afterEffect) throw planned.failure;
      const result = execute();
      return planned ? failed(planned.failure, requestId, now()) : { status: 200, body: render(result) };
    } catch (error) {
      if (error instanceof StripeFailure && error.executionBegan) return failed(error, requestId, now());
      throw error;
    }
  };
  return state.atomically(() => {
    const outcome = attempt();
    if (keyed) idempotency.save(keyed, { requestId, ...outcome });
    return outcome;
  });
}

function failed(failure: StripeFailure, requestId: string, nowMs: number): Outcome {
  return { status: failure.status, body: render(errorBody(failure, requestId, nowMs)) };
}

/** Stripe answers indented JSON. */
function render(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readParameters(request: ApiRequest): Form {
  const type = header(request, 'content-type');
  if (request.body !== '' && type !== undefined && !type.startsWith('application/x-www-form-urlencoded')) {
    throw new StripeFailure(400, {
      type: 'invalid_request_error',
      message: `Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have questions, we can help at https://support.stripe.com/.`,
    });
  }
  return parseForm([request.query, request.body].filter((part) => part !== '').join('&'));
}

function header(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  const single = Array.isArray(value) ? value[0] : value;
  return single === '' ? undefined : single;
}
