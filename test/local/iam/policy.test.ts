import { decide, parsePolicy } from '../../../local/iam/policy.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/catalog';
const invoke = { principal: 'events.amazonaws.com', action: 'lambda:InvokeFunction', resource: 'arn:f', context: {} };

function verdict(statements: object | object[], request: Partial<typeof invoke> & { context?: object }) {
  return decide(parsePolicy({ Statement: statements }, 'Policy'), { ...invoke, ...request } as typeof invoke).verdict;
}

const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});

describe('a policy', () => {
  it.each([
    ['dynamodb:GetItem', table, 'allowed'],
    ['DynamoDB:getitem', table, 'allowed'],
    ['dynamodb:GetItems', table, 'not-allowed'],
    ['dynamodb:PutItem', table, 'not-allowed'],
    ['dynamodb:GetItem', `${table}/index/due`, 'not-allowed'],
    ['dynamodb:Query', `${table}/index/due`, 'allowed'],
    ['dynamodb:Query', table, 'not-allowed'],
  ])('decides on %s of %s: %s', (action, resource, expected) => {
    const statements = [allow('dynamodb:GetItem', table), allow(['dynamodb:Query'], [`${table}/index/due`])];
    expect(verdict(statements, { action, resource })).toBe(expected);
  });

  it.each([
    ['*', 'arn:aws:sqs:us-east-1:1:pokes', 'allowed'],
    ['arn:aws:sqs:us-east-1:1:pokes*', 'arn:aws:sqs:us-east-1:1:pokes-dead', 'allowed'],
    ['arn:aws:sqs:us-east-1:1:poke?', 'arn:aws:sqs:us-east-1:1:pokes', 'allowed'],
    ['arn:aws:sqs:us-east-1:1:poke?', 'arn:aws:sqs:us-east-1:1:poke', 'not-allowed'],
    ['arn:aws:sqs:us-east-1:1:po.es', 'arn:aws:sqs:us-east-1:1:pokes', 'not-allowed'],
    ['arn:aws:sqs:*:pokes', 'arn:aws:sqs:us-east-1:1:pokes', 'not-allowed'],
    ['arn:aws:lambda:us-east-1:1:function:f:*', 'arn:aws:lambda:us-east-1:1:function:f', 'not-allowed'],
    ['arn:aws:lambda:us-east-1:1:function:f:*', 'arn:aws:lambda:us-east-1:1:function:f:live', 'allowed'],
  ])('of the resource %s, asked for %s: %s', (pattern, resource, expected) => {
    expect(verdict(allow('sqs:*', pattern), { action: 'sqs:SendMessage', resource })).toBe(expected);
  });

  it('denies where one statement denies, whatever the others allow', () => {
    const deny = { Effect: 'Deny', Action: 'lambda:*', Resource: '*' };
    expect(verdict([allow('*', '*'), deny], {})).toBe('denied');
  });

  it('of a resource speaks of those it names', () => {
    const statement = allow('lambda:InvokeFunction', 'arn:f', { Principal: { Service: 'events.amazonaws.com' } });
    expect(verdict(statement, {})).toBe('allowed');
    expect(verdict(statement, { principal: 'scheduler.amazonaws.com' })).toBe('not-allowed');
    expect(verdict({ ...statement, Principal: '*' }, { principal: 'scheduler.amazonaws.com' })).toBe('allowed');
  });

  it.each([
    ['StringEquals', 'aws:SourceAccount', '1', { 'aws:sourceaccount': '1' }, 'allowed'],
    ['StringEquals', 'aws:SourceAccount', ['2', '1'], { 'aws:sourceaccount': '1' }, 'allowed'],
    ['StringEquals', 'aws:SourceAccount', '1', { 'aws:sourceaccount': '2' }, 'not-allowed'],
    ['StringEquals', 'aws:SourceAccount', '1', {}, 'not-allowed'],
    ['StringLike', 'aws:SourceAccount', '1*', { 'aws:sourceaccount': '123' }, 'allowed'],
    [
      'ArnLike',
      'aws:SourceArn',
      'arn:aws:a:r:1:x/*/*/y',
      { 'aws:sourcearn': 'arn:aws:a:r:1:x/$default/GET/y' },
      'allowed',
    ],
    [
      'ArnLike',
      'aws:SourceArn',
      'arn:aws:a:r:1:x/*/*/y',
      { 'aws:sourcearn': 'arn:aws:a:r:1:x/$default/GET/z' },
      'not-allowed',
    ],
    ['ArnEquals', 'AWS:SourceArn', 'arn:aws:a:r:1:x', { 'aws:sourcearn': 'arn:aws:a:r:1:x' }, 'allowed'],
    ['Bool', 'aws:SecureTransport', 'true', { 'aws:securetransport': 'true' }, 'allowed'],
    ['Bool', 'aws:SecureTransport', 'false', { 'aws:securetransport': 'true' }, 'not-allowed'],
  ])('with the condition %s %s %j, given %j: %s', (operator, key, value, context, expected) => {
    const statement = allow('*', '*', { Condition: { [operator]: { [key]: value } } });
    expect(verdict(statement, { context })).toBe(expected);
  });

  it('needs all of its conditions', () => {
    const Condition = { StringEquals: { 'aws:SourceAccount': '1' }, Bool: { 'aws:SecureTransport': 'true' } };
    const one = { 'aws:sourceaccount': '1' };
    expect(verdict(allow('*', '*', { Condition }), { context: one })).toBe('not-allowed');
    expect(verdict(allow('*', '*', { Condition }), { context: { ...one, 'aws:securetransport': 'true' } })).toBe(
      'allowed',
    );
  });

  it.each([
    [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 'NotAction'],
    [{ Effect: 'Allow', Action: '*', NotResource: 'arn:x' }, 'NotResource'],
    [{ ...allow('*', '*'), Principal: { AWS: 'arn:aws:iam::1:role/x' } }, 'the principal'],
    [{ ...allow('*', '*'), Principal: { Federated: 'x' } }, 'the principal'],
    [{ Effect: 'Maybe', Action: '*', Resource: '*' }, 'Effect is Allow or Deny'],
    [allow('*', `arn:aws:s3:::home/${'$'}{aws:username}`), 'policy variables'],
    [allow('*', '*', { Condition: { NumericLessThan: { 'aws:SourceAccount': '1' } } }), 'NumericLessThan'],
    [allow('*', '*', { Condition: { StringEquals: { 'aws:username': 'x' } } }), 'aws:username'],
    [allow('*', '*', { Condition: { StringEqualsIfExists: { 'aws:SourceAccount': '1' } } }), 'StringEqualsIfExists'],
  ])('that the runner cannot evaluate is refused: %j', (statement, why) => {
    expect(() => parsePolicy({ Statement: [statement] }, 'Policy')).toThrow(why);
  });
});
