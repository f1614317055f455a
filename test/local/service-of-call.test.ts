import { findService } from '../../local/service-of-call.ts';

const aws = (target: string) => findService({ method: 'POST', path: '/', headers: { 'x-amz-target': target } });
const stripe = (method: string, path: string) => findService({ method, path, headers: {} })?.action;

describe('which service a call is for', () => {
  it.each([
    ['DynamoDB_20120810.TransactWriteItems', 'dynamodb', 'TransactWriteItems'],
    ['AWSStepFunctions.StartExecution', 'states', 'StartExecution'],
    ['AmazonSQS.SendMessage', 'sqs', 'SendMessage'],
    ['secretsmanager.GetSecretValue', 'secrets', 'GetSecretValue'],
  ])('reads %s', (target, service, action) => {
    expect(aws(target)).toEqual({ service, action, operation: action });
  });

  it.each([
    ['POST', '/v1/customers', 'POST /v1/customers'],
    ['GET', '/v1/customers/cus_Q1w2?expand[]=subscriptions', 'GET /v1/customers/{id}'],
    ['DELETE', '/v1/customers/cus_unknown', 'DELETE /v1/customers/{id}'],
    ['GET', '/v1/customers/search?query=x', 'GET /v1/customers/search'],
    ['GET', '/v1/customers/cus_1/payment_methods', 'GET /v1/customers/{id}/payment_methods'],
    ['DELETE', '/v1/subscriptions/sub_1', 'DELETE /v1/subscriptions/{id}'],
    ['GET', '/v1/events/evt_1', 'GET /v1/events/{id}'],
    ['GET', '/v1/account', 'GET /v1/account'],
  ])('spells %s %s without ids', (method, path, action) => {
    expect(stripe(method, path)).toBe(action);
  });

  it('does not guess', () => {
    expect(aws('Logs_20140328.PutLogEvents')).toBeUndefined();
    expect(aws('DynamoDB_20120810')).toBeUndefined();
    expect(stripe('GET', '/latest/meta-data')).toBeUndefined();
  });
});
