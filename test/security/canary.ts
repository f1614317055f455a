import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { advance, fault, PROTECTED } from '../faults/telling.ts';
import { dashboard } from '../stack/dashboard.ts';
import type { Stack } from '../stack/stack.ts';
import { createTwins } from '../two-way/told.ts';

/** Part of every name and email below. */
export const CANARY = 'kanarienvogel';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Pushes the canary through every path that a name or an email takes; ends with pokes that nobody could work on. */
export async function flyEverywhere(stack: Stack): Promise<{ readonly id: string; readonly externalId: string }> {
  const stripe = dashboard(stack);
  const named = (n: string, domain = 'example.com') => ({ name: `${CANARY} ${n}`, email: `${CANARY}-${n}@${domain}` });
  const twins = await createTwins(stack, named('twin').email);
  const keyed = { 'idempotency-key': `"${CANARY}"` };
  const write = (method: string, path: string, body: unknown, headers = {}) =>
    stack.call(method, path, { body, headers });
  for (const mode of [{}, PROTECTED]) {
    const n = Object.keys(mode).length;
    await write('POST', '/customers', named(`made-${n}`), { ...mode, ...(n === 0 && keyed) });
    await write('POST', '/customers', named(`made-${n}`), mode);
    await write('PATCH', twins.path, named(`changed-${n}`), mode);
    await write('POST', '/customers', named(`refused-${n}`, 'rejected.example'), mode);
  }
  await write('POST', '/customers', `{"email":"${CANARY}`);
  await write('POST', '/customers', { name: CANARY, email: `${CANARY} at home`, [CANARY]: CANARY });
  await stack.call('GET', `/customers/${CANARY}@example.com`);
  await stack.call('GET', `/customers?email=${CANARY}@example.com&cursor=${CANARY}`);
  await stack.call('GET', `/customers/integration-health/${CANARY}`);
  await stack.settle();
  await breakOnce(stack, () => write('POST', '/customers', named('broken')));

  const born = await stripe.customers.create(named('born'));
  await stripe.customers.create(named('born'));
  await stack.settle();
  await stripe.customers.update(born.id, named('moved'));
  await stripe.customers.update(twins.externalId, named('made-0'));
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  await stripe.customers.update(twins.externalId, { name: `${CANARY} unheard` });
  await advance(stack, 3700);
  await stack.call('GET', '/customers/data-consistency/validate');
  await write('POST', '/customers/data-consistency/fix', {});
  for (const name of ['sweep-events', 'sweep-operations', 'retry-failed-syncs', 'cleanup', 'validate-consistency'])
    await stack.control$('POST', `/schedules/${name}/run`);
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });

  await fault(stack, { function: 'concord-local-sync', service: 'dynamodb', kind: 'error', times: 10_000 });
  await stripe.customers.update(twins.externalId, named('dead'));
  await write('PATCH', twins.path, { name: `${CANARY} dead, too` });
  for (let nth = 0; nth < 7; nth += 1) {
    await stack.settle();
    await advance(stack, 400);
  }
  await stack.control$('DELETE', '/faults');
  return twins;
}

/** DynamoDB says something that nobody foresaw. */
async function breakOnce(stack: Stack, work: () => Promise<unknown>): Promise<void> {
  const once = { function: 'concord-local-api', service: 'dynamodb', kind: 'error', status: 400, times: 5 };
  await fault(stack, once);
  await work();
  await stack.control$('DELETE', '/faults');
}

/** The bodies of the messages that nobody could work on. */
export async function deadBodies(stack: Stack): Promise<string> {
  const client = new SQSClient({ endpoint: stack.control, region: 'us-east-1', credentials });
  const { PokesQueueUrl } = (await stack.control$('GET', '/outputs')) as { PokesQueueUrl: string };
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: `${PokesQueueUrl}-dead`, MaxNumberOfMessages: 10 }),
  );
  client.destroy();
  return JSON.stringify(Messages);
}

/** Inputs, outputs and names of all executions of the saga. */
export async function executions(stack: Stack): Promise<string> {
  const client = new SFNClient({ endpoint: stack.control, region: 'us-east-1', credentials });
  const { SagaArn } = (await stack.control$('GET', '/outputs')) as { SagaArn: string };
  const { executions: all = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: SagaArn }));
  const told = await Promise.all(
    all.map(({ executionArn }) => client.send(new DescribeExecutionCommand({ executionArn }))),
  );
  client.destroy();
  return JSON.stringify(told.map(({ name, input, output }) => ({ name, input, output })));
}

/** All values that are part of a key, of the tables and of their indexes. */
export async function keys(stack: Stack): Promise<string> {
  const client = new DynamoDBClient({ endpoint: stack.dynamodb, region: 'us-east-1', credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const found: unknown[] = [];
  for (const TableName of TableNames) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const names = (Table?.AttributeDefinitions ?? []).map(({ AttributeName = '' }) => AttributeName);
    const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
    found.push(...Items.map((item) => names.map((name) => item[name])));
  }
  client.destroy();
  return JSON.stringify(found);
}
