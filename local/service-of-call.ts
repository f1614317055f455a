import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceName } from './runtime.ts';

/** What a call asks for. `operation` is what the service itself reads: the AWS operation, or Stripe's HTTP method. */
export type RecognisedCall = { readonly service: ServiceName; readonly action: string; readonly operation: string };

/** The part of X-Amz-Target before the dot, for each AWS service that a function can call. */
const servicesByTarget: Readonly<Record<string, ServiceName>> = {
  DynamoDB_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AmazonSQS: 'sqs',
  secretsmanager: 'secrets',
};

/** Stripe's ids that can stand in a path. A collection such as `payment_intents` must not look like one. */
const stripeId = /^(acct|ch|cus|evt|in|pi|pm|price|prod|req|si|sub|we|whsec)_/;

type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers: Pick<IncomingHttpHeaders, string>;
};

/** Finds which service a request is for, from its own marks: all services share one endpoint. */
export function findService(request: Request): RecognisedCall | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', operation = ''] = target.split('.');
    const service = servicesByTarget[prefix];
    return service && operation ? { service, action: operation, operation } : undefined;
  }
  const [path = ''] = request.path.split('?');
  if (!path.startsWith('/v1/')) return undefined;
  return { service: 'stripe', action: `${request.method} ${withoutIds(path)}`, operation: request.method };
}

function withoutIds(path: string): string {
  return path
    .split('/')
    .map((segment) => (stripeId.test(segment) ? '{id}' : segment))
    .join('/');
}
