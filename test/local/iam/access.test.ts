import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createClock } from '../../../local/clock.ts';
import type { Gateway } from '../../../local/gateway.ts';
import { createAccess } from '../../../local/iam/access.ts';
import { neededPermissions } from '../../../local/iam/needed-permissions.ts';
import { resolveTemplate, type Template } from '../../../local/template.ts';
import { clientConfig, scriptedFunction, startEndpoint, succeeded } from '../aws-fixture.ts';

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
const table = arn('dynamodb', 'table/catalog');

describe('what a call needs', () => {
  it.each([
    ['dynamodb', 'GetItem', { TableName: 'catalog' }, [['dynamodb:GetItem', table]]],
    ['dynamodb', 'PutItem', { TableName: table }, [['dynamodb:PutItem', table]]],
    ['dynamodb', 'Query', { TableName: 'catalog', IndexName: 'due' }, [['dynamodb:Query', `${table}/index/due`]]],
    ['dynamodb', 'Query', { TableName: 'catalog' }, [['dynamodb:Query', table]]],
    ['dynamodb', 'BatchGetItem', { RequestItems: { catalog: {} } }, [['dynamodb:BatchGetItem', table]]],
    [
      'dynamodb',
      'TransactWriteItems',
      {
        TransactItems: ['Put', 'Update', 'Delete', 'ConditionCheck'].map((kind) => ({
          [kind]: { TableName: 'catalog' },
        })),
      },
      ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((name) => [`dynamodb:${name}`, table]),
    ],
    [
      'dynamodb',
      'TransactGetItems',
      { TransactItems: [{ Get: { TableName: 'catalog' } }] },
      [['dynamodb:GetItem', table]],
    ],
    ['sqs', 'SendMessage', { QueueUrl: 'http://x/1/pokes' }, [['sqs:SendMessage', arn('sqs', 'pokes')]]],
    ['sqs', 'SendMessageBatch', { QueueUrl: 'http://x/1/pokes' }, [['sqs:SendMessage', arn('sqs', 'pokes')]]],
    ['sqs', 'GetQueueUrl', { QueueName: 'pokes' }, [['sqs:GetQueueUrl', arn('sqs', 'pokes')]]],
    ['states', 'StartExecution', { stateMachineArn: 'arn:m' }, [['states:StartExecution', 'arn:m']]],
    ['states', 'StopExecution', { executionArn: 'arn:e' }, [['states:StopExecution', 'arn:e']]],
    ['secrets', 'GetSecretValue', { SecretId: 'arn:s' }, [['secretsmanager:GetSecretValue', 'arn:s']]],
    [
      'secrets',
      'GetSecretValue',
      { SecretId: 'key' },
      [['secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:key-??????')]],
    ],
  ] as const)('of %s, for %s with %j', (service, operation, body, expected) => {
    const needed = neededPermissions(service, operation, body);
    expect(needed.map(({ action, resource }) => [action, resource])).toEqual(expected);
  });
});

const trusts = (Service: string, Condition?: object) => ({
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service }, ...(Condition && { Condition }) }],
});
const role = (Service: string, properties: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: trusts(Service), ...properties },
});
const policyOf = (roleId: string, ...Statement: object[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'p', Roles: [{ Ref: roleId }], PolicyDocument: { Statement } },
});
const allow = (Action: string, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const permission = (properties: object) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName: { 'Fn::GetAtt': ['Target', 'Arn'] }, Action: 'lambda:InvokeFunction', ...properties },
});

const Resources: Template['Resources'] = {
  Pokes: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'pokes' } },
  Guarded: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'guarded' } },
  GuardedPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Guarded' }],
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sqs:*', Principal: '*', Resource: '*' }] },
    },
  },
  Target: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'target' } },
  CallerRole: role('lambda.amazonaws.com'),
  CallerPolicy: policyOf('CallerRole', allow('sqs:SendMessage', '*'), allow('dynamodb:UpdateItem', table)),
  InvokerRole: role('states.amazonaws.com'),
  InvokerPolicy: policyOf('InvokerRole', allow('lambda:InvokeFunction', { 'Fn::GetAtt': ['Target', 'Arn'] })),
  FromRule: permission({ Principal: 'events.amazonaws.com', SourceArn: arn('events', 'rule/ended') }),
};

function access(more: Template['Resources'] = {}) {
  const told: string[] = [];
  const template = resolveTemplate({ Resources: { ...Resources, ...more } }, 'test', { api: 'x', webhook: 'x' });
  const arnOf = (id: string) => template.resources.find(({ logicalId }) => logicalId === id)?.arn ?? '';
  return { ...createAccess(template, (who, message) => told.push(`${who}: ${message}`)), told, arnOf };
}

describe('a call that the role of its function does not allow', () => {
  const { authorize, told, denials } = access();
  let endpoint: Gateway;
  beforeAll(async () => {
    const passed = async () => ({ status: 200, body: {} });
    endpoint = await startEndpoint(createClock(), { states: passed, sqs: passed, secrets: passed }, { authorize });
  });
  afterAll(() => endpoint.close());

  const user = 'arn:aws:sts::000000000000:assumed-role/test-CallerRole/test';
  const because = (action: string, resource: string) =>
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

  it('is refused by DynamoDB in its own words', async () => {
    const command = new PutItemCommand({ TableName: 'catalog', Item: { pk: { S: 'x' } } });
    const message = because('dynamodb:PutItem', table);
    await expect(new DynamoDBClient(clientConfig(endpoint)).send(command)).rejects.toMatchObject({
      ...{ name: 'AccessDeniedException', message },
      $metadata: { httpStatusCode: 400 },
    });
    expect(told.at(-1)).toBe(`test: ${message}`);
    expect(denials()).toContain(message);
  });

  it('is refused by Step Functions and by Secrets Manager', async () => {
    const start = new StartExecutionCommand({ stateMachineArn: arn('states', 'stateMachine:saga') });
    await expect(new SFNClient(clientConfig(endpoint)).send(start)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: because('states:StartExecution', arn('states', 'stateMachine:saga')),
    });
    const read = new GetSecretValueCommand({ SecretId: arn('secretsmanager', 'secret:key-local1') });
    await expect(new SecretsManagerClient(clientConfig(endpoint)).send(read)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: because('secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:key-local1')),
    });
  });

  it('is refused by SQS, also where the policy of the queue denies what the role allows', async () => {
    const sqs = new SQSClient(clientConfig(endpoint));
    const send = (name: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: `${endpoint.origin}/000000000000/${name}`, MessageBody: 'x' }));
    await expect(send('guarded')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${user} is not authorized to perform: sqs:sendmessage on resource: ${arn('sqs', 'guarded')} with an explicit deny in a resource-based policy`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('is refused when one of the items of its transaction is', () => {
    const caller = { functionName: 'test', roleLogicalId: 'CallerRole' };
    const transaction = (...kinds: string[]) => ({
      TransactItems: kinds.map((kind) => ({ [kind]: { TableName: 'catalog' } })),
    });
    expect(authorize(caller, 'dynamodb', 'TransactWriteItems', transaction('Update', 'Update'))).toBeUndefined();
    expect(authorize(caller, 'dynamodb', 'TransactWriteItems', transaction('Update', 'ConditionCheck'))).toMatchObject({
      body: { Message: expect.stringContaining('dynamodb:ConditionCheckItem') },
    });
    const nobody = { functionName: 'test', roleLogicalId: '' };
    expect(authorize(nobody, 'dynamodb', 'TransactWriteItems', transaction('Update'))).toMatchObject({ status: 400 });
  });
});

describe('an invocation', () => {
  const target = scriptedFunction('target', () => succeeded('done'));
  const other = scriptedFunction('other', () => succeeded('done'));

  it('in a role of its own reaches the functions that the role allows', async () => {
    const { guardByRole, arnOf } = access();
    const guard = guardByRole(arnOf('InvokerRole'));
    expect(await guard(target).invoke({})).toEqual(succeeded('done'));
    expect(await guard(other).invoke({})).toMatchObject({ ok: false, errorType: 'Lambda.AWSLambdaException' });
    expect(other.events).toEqual([]);
  });

  it('by a service reaches the functions that let it in', async () => {
    const { guardByService } = access();
    const by = (name: string, rule: string) =>
      guardByService({ name, sourceArn: arn('events', rule) })(target).invoke({});
    expect(await by('events.amazonaws.com', 'rule/ended')).toEqual(succeeded('done'));
    expect(await by('events.amazonaws.com', 'rule/other')).toMatchObject({ ok: false });
    expect(await by('apigateway.amazonaws.com', 'rule/ended')).toMatchObject({ ok: false });
  });

  it('by a Function URL needs both permissions', async () => {
    const byUrl = permission({ Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' });
    const invoked = permission({ Principal: '*', InvokedViaFunctionUrl: true });
    expect(await access({ byUrl, invoked }).guardFunctionUrl(target).invoke({})).toEqual(succeeded('done'));
    expect(await access({ byUrl }).guardFunctionUrl(target).invoke({})).toMatchObject({ ok: false });
    expect(await access({ invoked }).guardFunctionUrl(target).invoke({})).toMatchObject({ ok: false });
  });
});

describe('a role', () => {
  it('is assumed only by whom it trusts, on whose behalf it says', () => {
    const Condition = { StringEquals: { 'aws:SourceArn': 'arn:group' } };
    const AssumeRolePolicyDocument = trusts('scheduler.amazonaws.com', Condition);
    const { assertAssumable, arnOf } = access({ ScheduleRole: role('x', { AssumeRolePolicyDocument }) });
    const by = (name: string, sourceArn: string) => () => assertAssumable(arnOf('ScheduleRole'), { name, sourceArn });
    expect(by('scheduler.amazonaws.com', 'arn:group')).not.toThrow();
    expect(by('scheduler.amazonaws.com', 'arn:other')).toThrow('cannot be assumed');
    expect(by('lambda.amazonaws.com', 'arn:group')).toThrow('cannot be assumed by lambda.amazonaws.com');
  });

  it('that has to be able to do something for a deployment is looked at before it is needed', () => {
    const { assertAllowed, arnOf } = access();
    const toSend = { action: 'sqs:SendMessage', resource: arn('sqs', 'pokes') };
    expect(() => assertAllowed(arnOf('CallerRole'), [toSend])).not.toThrow();
    expect(() => assertAllowed(arnOf('CallerRole'), [{ ...toSend, action: 'sqs:ReceiveMessage' }])).toThrow(
      'is not authorized to perform: sqs:ReceiveMessage',
    );
  });

  it('has the policies that stand in it, and none from outside the template', () => {
    const inline = { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [allow('sqs:PurgeQueue', '*')] } }] };
    const { permissions } = access({ Inline: role('lambda.amazonaws.com', inline) });
    expect(permissions()).toContainEqual({ holder: 'Inline', action: 'sqs:PurgeQueue', resource: '*', used: 0 });
    const managed = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
    expect(() => access({ Managed: role('lambda.amazonaws.com', managed) })).toThrow('no policy outside the template');
  });
});
