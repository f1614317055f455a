import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { accepted, created, type HttpReply, problemReply } from '#adapters/http/render.ts';
import { type Mode, readIdentity, readJson, readMode } from '#adapters/http/request.ts';
import { newCustomerSchema, parseWith } from '#adapters/http/schemas.ts';
import { PowertoolsReplyCache } from '#adapters/powertools/powertools-reply-cache.ts';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';
import type { NewCustomer } from '#domain/customer.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { isFinalProblem, type Problem, ProblemError } from '#domain/problem.ts';
import type { CacheableReply } from '#ports/reply-cache.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import type { RequestResult } from '#use-cases/catalog/request-result.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { dynamodb, log, store, system } from '../wiring/catalog.ts';
import type { Route } from './route.ts';

/** Longer than most Stripe calls take, shorter than API Gateway's 30 s. */
const WAIT_MS = 20_000;

const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'));
const saga = new SfnSagaStarter(new SFNClient({}), requireEnv('SAGA_ARN'));

export const routeCreateCustomer: Route = async (event, context) => {
  const input = parseWith(newCustomerSchema, readJson(event));
  const mode = readMode(event);
  const request = readIdentity(event, 'POST /customers', [mode.isProtected, input.name, input.email]);
  const { requestId } = event.requestContext;
  if (request === undefined) return render(await create(input, mode), requestId).reply;
  const cache = new PowertoolsReplyCache(dynamodb, requireEnv('EPHEMERAL_TABLE'), context);
  const { reply, replayed } = await cache.once(request, async () => {
    try {
      return render(await create(input, mode, request), requestId);
    } catch (error) {
      if (error instanceof ProblemError) return problem(error.problem, requestId);
      throw error;
    }
  });
  return replayed ? markReplayed(reply) : reply;
};

function create(
  input: NewCustomer,
  { isProtected, respondAsync }: Mode,
  request?: RequestIdentity,
): Promise<RequestResult> {
  const deps = { store, ...system, log };
  return isProtected
    ? createWithIntegrity({ ...deps, saga }, input, respondAsync ? 0 : WAIT_MS, request)
    : createCustomer({ ...deps, pokes }, input, request);
}

function render(result: RequestResult, requestId: string): CacheableReply<HttpReply> {
  if (result.is === 'underway') return { reply: accepted(result.operationId), isFinal: false };
  const rendered =
    result.is === 'completed' ? { reply: created(result.customer), isFinal: true } : problem(result.problem, requestId);
  return result.replayed ? { ...rendered, reply: markReplayed(rendered.reply) } : rendered;
}

function problem(problem: Problem, requestId: string): CacheableReply<HttpReply> {
  return { reply: problemReply(problem, requestId), isFinal: isFinalProblem(problem) };
}

function markReplayed(reply: HttpReply): HttpReply {
  return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
}
