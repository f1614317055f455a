import { randomBytes, randomUUID } from 'node:crypto';
import type { DynamodbError } from './faults.ts';
import type { ServiceName } from './runtime.ts';
import type { WireReply } from './wire.ts';

/** How each AWS service names its failures, and the namespace that its `__type` carries. */
type Names = { readonly prefix: string; readonly throttled: string; readonly internal: string };

const dynamodbNamespace = 'com.amazonaws.dynamodb.v20120810#';

const names: Readonly<Record<Exclude<ServiceName, 'stripe'>, Names>> = {
  dynamodb: {
    prefix: dynamodbNamespace,
    throttled: 'ProvisionedThroughputExceededException',
    internal: 'InternalServerError',
  },
  states: { prefix: '', throttled: 'ThrottlingException', internal: 'InternalServerException' },
  sqs: { prefix: 'com.amazonaws.sqs#', throttled: 'RequestThrottled', internal: 'InternalFailure' },
  secrets: { prefix: '', throttled: 'ThrottlingException', internal: 'InternalServiceError' },
};

/** What the service answers when it is asked too often: an error that its own SDK knows to be retryable. */
export function throttledReply(service: ServiceName): WireReply {
  if (service === 'stripe') return stripeFailure(429);
  return awsFailure(service, 400, names[service].throttled, 'Rate exceeded');
}

/** A failure with this status, in the service's own words. */
export function failedReply(service: ServiceName, status: number): WireReply {
  if (service === 'stripe') return stripeFailure(status);
  return awsFailure(service, status, awsErrorName(service, status), `The service answered ${status}.`);
}

/**
 * A failure that DynamoDB has several names for. A conflict cancels a transaction, and says so of one of its items:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function refusedReply(error: DynamodbError, request: Buffer): WireReply {
  const { TransactItems: items } = JSON.parse(request.toString('utf8')) as { TransactItems?: readonly unknown[] };
  if (error !== 'TransactionConflict') {
    return awsFailure('dynamodb', 400, error, 'Throughput exceeds the current capacity of your table or index.');
  }
  if (items === undefined) {
    return awsFailure('dynamodb', 400, 'TransactionConflictException', 'Transaction is ongoing for the item');
  }
  const reasons = items.map((_, index) => ({ Code: index === items.length - 1 ? error : 'None' }));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`;
  return awsFailure('dynamodb', 400, 'TransactionCanceledException', message, { CancellationReasons: reasons });
}

function awsErrorName(service: Exclude<ServiceName, 'stripe'>, status: number): string {
  if (status === 503) return 'ServiceUnavailable';
  if (status >= 500) return names[service].internal;
  if (status === 429) return names[service].throttled;
  return status === 401 || status === 403 ? 'AccessDeniedException' : 'ValidationException';
}

function awsFailure(
  service: Exclude<ServiceName, 'stripe'>,
  status: number,
  name: string,
  message: string,
  details: object = {},
): WireReply {
  return {
    status,
    headers: {
      'content-type': service === 'secrets' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0',
      'x-amzn-requestid': randomUUID(),
      // SQS clients read the name here: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
      ...(service === 'sqs' && { 'x-amzn-query-error': `${name};${status >= 500 ? 'Receiver' : 'Sender'}` }),
    },
    body: Buffer.from(JSON.stringify({ __type: `${names[service].prefix}${name}`, message, ...details })),
  };
}

/** https://docs.stripe.com/api/errors and https://docs.stripe.com/rate-limits */
function stripeFailure(status: number): WireReply {
  const requestId = `req_${randomBytes(7).toString('hex')}`;
  return {
    status,
    headers: { 'content-type': 'application/json', 'request-id': requestId },
    body: Buffer.from(JSON.stringify({ error: stripeError(status) })),
  };
}

function stripeError(status: number): Readonly<Record<string, string>> {
  const invalid = { type: 'invalid_request_error' };
  if (status === 429) return { ...invalid, code: 'rate_limit', message: 'Request rate limit exceeded.' };
  if (status === 409) {
    const message = 'There is currently another in-progress request using this idempotency key.';
    return { ...invalid, code: 'idempotency_key_in_use', message };
  }
  if (status === 404) return { ...invalid, code: 'resource_missing', message: 'No such resource.' };
  if (status === 402) return { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' };
  if (status === 401) return { ...invalid, message: 'Invalid API Key provided.' };
  if (status < 500) return { ...invalid, message: `The request was refused with ${status}.` };
  return { type: 'api_error', message: 'An error occurred with our connection to Stripe.' };
}
