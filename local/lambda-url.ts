import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { iamAuthorizer, openAuthorizer } from './authorizers.ts';
import { type FrontServer, startFrontServer } from './front-server.ts';
import { type ApiResource, findFunction } from './http-api.ts';
import { httpEvent, splitOnce } from './http-event.ts';
import { type HttpReply, jsonReply, readBody, replyOf } from './http-reply.ts';
import { ACCESS_DENIED, type Guard } from './iam/access.ts';
import { type Clock, type InvokeResult, type LocalFunction, THROTTLED } from './runtime.ts';

export type LambdaUrlOptions = {
  readonly port: number;
  readonly resources: readonly ApiResource[];
  readonly functions: readonly LocalFunction[];
  readonly clock: Clock;
  /** Lets callers without an identity invoke only a function that lets them in. */
  readonly guard: Guard;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestBodyBytes = 6 * 1024 * 1024;

/** Serves the Function URL of the template. Without one, nothing listens and the answer is undefined. */
export async function startLambdaUrl(options: LambdaUrlOptions): Promise<FrontServer | undefined> {
  const [resource, ...others] = options.resources.filter(({ type }) => type === 'AWS::Lambda::Url');
  if (!resource) return undefined;
  if (others.length > 0) throw new Error('The runner serves one Function URL; the template has several.');
  const { AuthType, InvokeMode = 'BUFFERED', TargetFunctionArn } = resource.properties;
  if (InvokeMode !== 'BUFFERED') throw new Error(`${resource.logicalId}: the runner does not stream responses.`);
  const target = options.guard(findFunction(String(TargetFunctionArn), options.functions, resource.logicalId));
  const authorize = AuthType === 'NONE' ? openAuthorizer : iamAuthorizer;

  async function handle(request: IncomingMessage): Promise<HttpReply> {
    const admission = await authorize(request);
    if (!admission.admitted) return admission.reply;
    const body = await readBody(request, largestBodyBytes);
    if (!body) return jsonReply(413, { message: 'Request Entity Too Large' });
    const [rawPath] = splitOnce(request.url ?? '/', '?');
    const event = httpEvent(request, body, {
      routeKey: '$default',
      rawPath,
      accountId: 'anonymous',
      apiId: resource?.logicalId ?? '',
      requestId: randomUUID(),
      nowMs: Math.floor(options.clock.now()),
      authorizer: admission.authorizer,
    });
    return answer(await target.invoke(event));
  }

  return startFrontServer(options.port, handle);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html: a failed function is a 502, a throttled one a 429. */
function answer(result: InvokeResult): HttpReply {
  const badGateway = jsonReply(502, { message: 'Internal Server Error' });
  if (result.ok) return replyOf(result.payload) ?? badGateway;
  if (result.errorType === ACCESS_DENIED) return jsonReply(403, { Message: 'Forbidden' });
  if (result.errorType === THROTTLED) return jsonReply(429, { message: 'Rate Exceeded.' });
  return badGateway;
}
