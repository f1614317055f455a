import { createHash } from 'node:crypto';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ASYNC, advance, fault, hold, letGo, PROTECTED, sweep, until } from '../faults/telling.ts';
import { beginUnstarted } from '../operate/stories.ts';
import { enterStack } from '../service/script-environment.ts';
import { dashboard } from '../stack/dashboard.ts';
import type { Stack } from '../stack/stack.ts';
import { putItem } from '../stack/world.ts';
import { createTwins } from '../two-way/told.ts';

/** Leads every function to each kind of call that it ever makes. */
export async function useEverything(stack: Stack): Promise<void> {
  await writeWithKeys(stack);
  await importFromStripe(stack);
  await readEverything(stack);
  await redrive(stack);
  await retryWhatMoved(stack, 'schedule', () => stack.control$('POST', '/schedules/retry-failed-syncs/run'));
  await retryWhatMoved(stack, 'administrator', () => stack.call('POST', RETRY));
  await endEarly(stack);
  await cleanUp(stack);
  await repairAtOnce(stack);
  await repairByRun(stack);
  await sweepUp(stack);
}

const RETRY = '/customers/retry-failed-syncs?integration_name=stripe';

/** Both modes, with replies that are final and replies that are not; a refusal, and an email that is given up. */
async function writeWithKeys(stack: Stack): Promise<void> {
  const keyed = (key: string, headers = {}) => ({ ...headers, 'idempotency-key': key });
  const write = async (method: string, path: string, key: string, mode: object, body?: object) => {
    const reply = await stack.call(method, path, { headers: keyed(key, mode), ...(body && { body }) });
    await stack.settle();
    return reply;
  };
  const { path } = await createTwins(stack, 'keyed@example.com');
  await write('POST', '/customers', 'default', {}, { name: 'Default', email: 'default@example.com' });
  await write('POST', '/customers', 'async', ASYNC, { name: 'Async', email: 'async@example.com' });
  await write('PATCH', path, 'rejected', PROTECTED, { email: 'somebody@rejected.example' });
  await write('PATCH', path, 'email', {}, { email: 'other@example.com' });
  await write('DELETE', path, 'delete', ASYNC);
  const left = await createTwins(stack, 'left@example.com');
  await write('DELETE', left.path, 'delete', {});
  const last = await createTwins(stack, 'last@example.com');
  await write('DELETE', last.path, 'delete', PROTECTED);
}

/** A customer who is imported is not done with: Stripe is to be told whose it is. */
async function importFromStripe(stack: Stack): Promise<void> {
  await dashboard(stack).customers.create({ name: 'Born there', email: 'born-there@example.com' });
  await stack.settle();
}

/** A message that was given up, and is worked on again. */
async function redrive(stack: Stack): Promise<void> {
  const { PokesQueueUrl } = await enterStack(stack);
  const sqs = new SQSClient({});
  await sqs.send(new SendMessageCommand({ QueueUrl: `${PokesQueueUrl}-dead`, MessageBody: '{"customerId":"nobody"}' }));
  sqs.destroy();
  await stack.call('POST', '/customers/redrive-dead-letters');
  await stack.settle();
}

async function readEverything(stack: Stack): Promise<void> {
  const { id, path } = await createTwins(stack, 'read@example.com');
  const paths = [
    '/customers',
    '/customers?sync_status=failed',
    path,
    `${path}/audit`,
    `${path}/sync-health`,
    `${path}/sides`,
  ];
  for (const file of ['', '/main.js']) await fetch(`${stack.api}/console${file}`);
  const administrative = [
    '/operations',
    `/operations?customer_id=${id}`,
    '/customers/integration-health/stripe',
    '/actions',
  ];
  for (const read of [...paths, ...administrative]) await stack.call('GET', read);
}

/**
 * A customer whom Stripe has refused, and whose email changed there meanwhile, is retried: its old email, for which
 * somebody waits, becomes free.
 */
async function retryWhatMoved(stack: Stack, name: string, retry: () => Promise<unknown>): Promise<void> {
  const stripe = dashboard(stack);
  const holder = await createTwins(stack, `${name}-holder@example.com`);
  const waiting = await createTwins(stack, `${name}-waiting@example.com`);
  await stripe.customers.update(waiting.externalId, { email: holder.email });
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  await fault(stack, { service: 'stripe', action: 'POST /v1/customers/{id}', kind: 'error', status: 400 });
  await stack.call('PATCH', holder.path, { body: { name: 'Refused' } });
  await stack.settle();
  await stack.control$('DELETE', '/faults');
  await stripe.customers.update(holder.externalId, { email: `${name}-moved@example.com` });
  await advance(stack, 3700);
  await retry();
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
}

/** Somebody stops an execution by hand. */
async function endEarly(stack: Stack): Promise<void> {
  const body = { name: 'Stopped', email: 'stopped@example.com' };
  await hold(stack, { service: 'stripe', action: 'POST /v1/customers' }, () =>
    stack.call('POST', '/customers', { body, headers: ASYNC }),
  );
  await stopExecutions(stack, 'saga');
  await letGo(stack);
}

/** Stops what runs of a state machine; a function that it has invoked goes on. */
async function stopExecutions(stack: Stack, machine: 'saga' | 'reconciliation'): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SFNClient({ endpoint: stack.control, region: 'us-east-1', credentials });
  const { SagaArn } = (await stack.control$('GET', '/outputs')) as { SagaArn: string };
  const stateMachineArn = SagaArn.replace(/saga$/, machine);
  const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
  for (const { executionArn } of executions ?? []) await client.send(new StopExecutionCommand({ executionArn }));
  client.destroy();
}

/** An operation that nobody drives, and a value that came neither by an event nor by a run. */
async function drift(stack: Stack, name: string): Promise<void> {
  const drifted = await createTwins(stack, `${name}-drifted@example.com`);
  await beginUnstarted(stack, `${name}-overdue@example.com`);
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  await dashboard(stack).customers.update(drifted.externalId, { name: 'Drifted' });
  await advance(stack, 3700);
}

async function repairAtOnce(stack: Stack): Promise<void> {
  await drift(stack, 'at-once');
  await stack.control$('POST', '/schedules/validate-consistency/run');
  await stack.call('GET', '/customers/data-consistency/validate');
  await stack.call('POST', '/customers/data-consistency/fix', { body: {} });
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
}

/** As for many customers: by runs, the first of which is stopped by hand and taken up by the sweep. */
async function repairByRun(stack: Stack): Promise<void> {
  await expectMany(stack);
  await fault(stack, { service: 'stripe', action: 'GET /v1/customers', kind: 'kill-before', times: 100 });
  await stack.control$('POST', '/schedules/validate-consistency/run');
  await until(async () => (await stack.calls()).some((call) => call.fault === 'kill-before'), 'its step has died');
  await stopExecutions(stack, 'reconciliation');
  // The step may have been tried again just before: that one dies too.
  await stack.settle();
  await letGo(stack);
  await advance(stack, 3700);
  await sweep(stack);
  await stack.settle();
  await claimForNobody(stack, 'wanted@example.com');
  await drift(stack, 'by-run');
  await expectMany(stack);
  const { headers } = await stack.call('POST', '/customers/data-consistency/fix', { body: {} });
  await stack.settle();
  await stack.call('GET', headers.get('location') ?? '');
  await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
}

/** As if there had been so many customers that the next comparison takes a run. */
async function expectMany(stack: Stack): Promise<void> {
  await putItem(stack, { pk: 'RECONCILIATION', sk: 'LAST', catalogCustomers: 6000, stripeCustomers: 6000, step: 99 });
}

/** An email that is claimed for nobody, while somebody in Stripe waits for it. */
async function claimForNobody(stack: Stack, email: string): Promise<void> {
  const pk = `EMAIL#${createHash('sha256').update(email).digest('hex')}`;
  await putItem(stack, { pk, sk: 'CLAIM', state: 'held', customerId: 'nobody' });
  await dashboard(stack).customers.create({ name: 'Waiting', email });
  await stack.settle();
}

async function cleanUp(stack: Stack): Promise<void> {
  await claimForNobody(stack, 'claimed@example.com');
  await stack.control$('POST', '/schedules/cleanup/run');
}

/** What a crash left, what was never poked, and what no webhook has told. */
async function sweepUp(stack: Stack): Promise<void> {
  await fault(stack, { service: 'sqs', action: 'SendMessage', kind: 'error', times: 10 });
  await stack.call('POST', '/customers', { body: { name: 'Unpoked', email: 'unpoked@example.com' } });
  await stack.control$('DELETE', '/faults');
  await beginUnstarted(stack, 'unstarted@example.com');
  await advance(stack, 3700);
  await sweep(stack);
  await stack.control$('POST', '/schedules/sweep-events/run');
  await stack.settle();
}
