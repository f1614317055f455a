import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { accepted, completed, type HttpReply, problemReply } from '#adapters/http/render.ts';
import { readIdentity, readMode } from '#adapters/http/request.ts';
import { PowertoolsReplyCache } from '#adapters/powertools/powertools-reply-cache.ts';
import { requireEnv } from '#adapters/system/system.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { isFinalProblem, type Problem, ProblemError } from '#domain/problem.ts';
import type { CacheableReply } from '#ports/reply-cache.ts';
import type { RequestResult } from '#use-cases/catalog/request-result.ts';
import { dynamodbOnce } from '../wiring/catalog.ts';

/** Longer than most Stripe calls take, shorter than API Gateway's 30 s. */
const WAIT_MS = 20_000;
/** Left for answering: an invocation that is cut off tells the caller nothing. */
const TO_ANSWER_MS = 3_000;

/** How a write is asked for, besides what it writes. */
export type WriteMode = {
  readonly isProtected: boolean;
  /** Until when the caller waits. */
  readonly deadlineMs: number;
  readonly request: RequestIdentity | undefined;
};

/**
 * Answers a write, through the reply cache when the request has an idempotency key. `payload` is what was parsed:
 * together with the mode it is what a repeat has to have in common with the first request.
 */
export async function answerWrite(
  event: APIGatewayProxyEventV2,
  context: Context,
  payload: readonly unknown[],
  work: (mode: WriteMode) => Promise<RequestResult>,
): Promise<HttpReply> {
  const { requestId } = event.requestContext;
  const { isProtected, respondAsync } = readMode(event);
  const request = readIdentity(event, routeOf(event), [isProtected, ...payload]);
  const longestMs = Math.min(WAIT_MS, context.getRemainingTimeInMillis() - TO_ANSWER_MS);
  const mode = { isProtected, deadlineMs: respondAsync ? 0 : Date.now() + longestMs, request };
  if (request === undefined) return render(await work(mode), requestId).reply;
  const cache = new PowertoolsReplyCache(dynamodbOnce, requireEnv('EPHEMERAL_TABLE'), context);
  const { reply, replayed } = await cache.once(request, async () => {
    try {
      return render(await work(mode), requestId);
    } catch (error) {
      if (error instanceof ProblemError) return problem(error.problem, requestId);
      throw error;
    }
  });
  return replayed ? markReplayed(reply) : reply;
}

/** The route that a key belongs to: method and customer. The trailing slash of `POST /customers/` is none of it. */
function routeOf({ routeKey, pathParameters }: APIGatewayProxyEventV2): string {
  const [method] = routeKey.split(' ');
  const id = pathParameters?.['id'];
  return id === undefined ? `${method} /customers` : `${method} /customers/${id}`;
}

function render(result: RequestResult, requestId: string): CacheableReply<HttpReply> {
  if (result.is === 'underway') return { reply: accepted(result.operationId, result.status), isFinal: false };
  const firstId = result.replayed === false ? requestId : result.replayed.requestId;
  const rendered =
    result.is === 'completed' ? { reply: completed(result.reply), isFinal: true } : problem(result.problem, firstId);
  if (result.replayed === false) return rendered;
  const { keyExpiresAtSeconds } = result.replayed;
  return { ...rendered, reply: markReplayed(rendered.reply), expiresAtSeconds: keyExpiresAtSeconds };
}

function problem(problem: Problem, requestId: string): CacheableReply<HttpReply> {
  return { reply: problemReply(problem, requestId), isFinal: isFinalProblem(problem) };
}

function markReplayed(reply: HttpReply): HttpReply {
  return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
}
