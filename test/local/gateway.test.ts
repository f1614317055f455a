import { until } from './aws-fixture.ts';
import { createWorld, payloadOf, type World } from './function-fixture.ts';

/** A function that makes one call as its event says, and answers what it got. */
const caller = `
  let invocations = 0;
  export const handler = async ({ target, path = '/', body = '{}' }) => {
    invocations += 1;
    const headers = target ? { 'x-amz-target': target } : {};
    const url = target ? process.env.AWS_ENDPOINT_URL : process.env.STRIPE_API_BASE;
    const reply = await fetch(url + path, { method: 'POST', headers, body });
    return { invocations, status: reply.status, date: reply.headers.get('date'), body: await reply.json() };
  };`;

const putItem = { target: 'DynamoDB_20120810.PutItem', body: '{"TableName":"catalog"}' };
const createCustomer = { path: '/v1/customers', body: 'name=x' };

let world: World;
let started: ReturnType<World['start']>;

beforeAll(async () => {
  world = await createWorld();
  started = world.start(caller);
});

afterAll(() => world.close());

beforeEach(() => {
  world.asked.length = 0;
  world.calls.clear();
  world.faults.clear();
});

const lastCall = () => world.calls.list().at(-1);

describe('an outgoing call', () => {
  it('reaches DynamoDB, and its capacity is asked for and noted', async () => {
    const payload = payloadOf(await started.invoke(putItem));
    expect(payload).toMatchObject({ status: 200, date: null });
    expect(world.asked.map(({ body }) => JSON.parse(body))).toEqual([
      { TableName: 'catalog', ReturnConsumedCapacity: 'TOTAL' },
    ]);
    expect(lastCall()).toEqual({
      seq: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      function: started.name,
      service: 'dynamodb',
      action: 'PutItem',
      capacity: { read: 0, write: 2.5 },
      item_writes: 1,
      duration_ms: expect.any(Number),
    });
  });

  it('reaches Stripe as it is', async () => {
    await started.invoke({ path: '/v1/customers/cus_1?expand[]=x', body: 'name=x' });
    expect(world.asked).toEqual([{ path: '/v1/customers/cus_1?expand[]=x', body: 'name=x' }]);
    expect(lastCall()).toMatchObject({ service: 'stripe', action: 'POST /v1/customers/{id}', capacity: null });
  });

  it('reaches a service in process, which learns who calls', async () => {
    const payload = payloadOf(await started.invoke({ target: 'AmazonSQS.SendMessage', body: '{"MessageBody":"x"}' }));
    expect(payload['body']).toEqual({ action: 'SendMessage' });
    expect(world.inProcess.at(-1)).toEqual({
      action: 'SendMessage',
      body: { MessageBody: 'x' },
      caller: { functionName: started.name, roleLogicalId: 'Role' },
    });
  });

  it('to anything else is refused and not counted', async () => {
    expect(payloadOf(await started.invoke({ target: 'Logs_20140328.PutLogEvents' }))['status']).toBe(404);
    expect(world.calls.list()).toEqual([]);
  });
});

describe('a call that is not allowed', () => {
  it('is answered by the refusal and noted, and reaches no service', async () => {
    const asked: unknown[] = [];
    const guarded = world.start(
      caller,
      {},
      {
        authorize: (...call) => {
          asked.push(call);
          return { status: 400, body: { __type: 'AccessDeniedException' }, headers: { 'x-amzn-query-error': 'x' } };
        },
      },
    );
    const who = { functionName: guarded.name, roleLogicalId: 'Role' };
    const refused = { status: 400, body: { __type: 'AccessDeniedException' } };
    expect(payloadOf(await guarded.invoke(putItem))).toMatchObject(refused);
    expect(lastCall()).toMatchObject({ function: guarded.name, action: 'PutItem', capacity: null });
    const inProcess = world.inProcess.length;
    expect(payloadOf(await guarded.invoke({ target: 'AmazonSQS.SendMessage' }))).toMatchObject(refused);
    expect([world.asked, world.inProcess.length]).toEqual([[], inProcess]);
    expect(asked).toEqual([
      [who, 'dynamodb', 'PutItem', { TableName: 'catalog' }],
      [who, 'sqs', 'SendMessage', {}],
    ]);
  });
});

describe('a fault', () => {
  it('kill-before: the process dies and the call has no effect', async () => {
    world.faults.add({ service: 'stripe', kind: 'kill-before', action: 'POST /v1/customers' });
    expect(await started.invoke(createCustomer)).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
    expect(world.asked).toEqual([]);
    expect(lastCall()).toMatchObject({ fault: 'kill-before' });
    expect(payloadOf(await started.invoke(createCustomer))).toMatchObject({ invocations: 1, status: 200 });
  });

  it('kill-after: the call takes effect and the process dies before it learns of it', async () => {
    world.faults.add({ service: 'dynamodb', kind: 'kill-after', function: started.name });
    expect(await started.invoke(putItem)).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
    expect(world.asked.length).toBe(1);
    expect(lastCall()).toMatchObject({ fault: 'kill-after', capacity: { read: 0, write: 2.5 } });
    expect(payloadOf(await started.invoke(putItem))).toMatchObject({ invocations: 1 });
  });

  it('lost-reply: the call takes effect, the reply is lost, and the process lives', async () => {
    await started.invoke(createCustomer);
    world.asked.length = 0;
    world.faults.add({ service: 'stripe', kind: 'lost-reply' });
    expect(await started.invoke(createCustomer)).toMatchObject({ ok: false, errorMessage: 'fetch failed' });
    expect(world.asked.length).toBe(1);
    expect(lastCall()).toMatchObject({ fault: 'lost-reply' });
    expect(payloadOf(await started.invoke(createCustomer))['invocations']).toBeGreaterThan(2);
  });

  it('throttle: the service refuses in its own words, without effect', async () => {
    for (const service of ['dynamodb', 'stripe', 'sqs']) world.faults.add({ service, kind: 'throttle' });
    const name = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
    expect(payloadOf(await started.invoke(putItem))).toMatchObject({ status: 400, body: { __type: name } });
    expect(payloadOf(await started.invoke(createCustomer))).toMatchObject({
      status: 429,
      body: { error: { code: 'rate_limit' } },
    });
    expect(payloadOf(await started.invoke({ target: 'AmazonSQS.SendMessage' }))).toMatchObject({
      body: { __type: 'com.amazonaws.sqs#RequestThrottled' },
    });
    expect(world.asked).toEqual([]);
  });

  it('error: the service answers the status, without effect', async () => {
    world.faults.add({ service: 'stripe', kind: 'error', times: 1 });
    world.faults.add({ service: 'stripe', kind: 'error', nth: 2, status: 402 });
    expect(payloadOf(await started.invoke(createCustomer))).toMatchObject({
      status: 500,
      body: { error: { type: 'api_error' } },
    });
    expect(payloadOf(await started.invoke(createCustomer))).toMatchObject({
      status: 402,
      body: { error: { type: 'card_error' } },
    });
    expect(world.asked).toEqual([]);
  });

  it('error: DynamoDB says by name what it refuses, and of which write of a transaction', async () => {
    const refused = async (code: string, body: object) => {
      world.faults.add({ service: 'dynamodb', kind: 'error', code });
      return payloadOf(await started.invoke({ ...putItem, body: JSON.stringify(body) }));
    };
    const named = (name: string) => ({
      status: 400,
      body: { __type: `com.amazonaws.dynamodb.v20120810#${name}` },
    });
    expect(await refused('RequestLimitExceeded', {})).toMatchObject(named('RequestLimitExceeded'));
    expect(await refused('TransactionConflict', {})).toMatchObject(named('TransactionConflictException'));
    const cancelled = await refused('TransactionConflict', { TransactItems: [{}, {}] });
    expect(cancelled).toMatchObject(named('TransactionCanceledException'));
    const CancellationReasons = [{ Code: 'None' }, { Code: 'TransactionConflict' }];
    expect(cancelled).toMatchObject({ body: { CancellationReasons } });
    expect(world.asked).toEqual([]);
  });

  it('delay: the call takes effect later, also when its caller has died meanwhile', async () => {
    const impatient = world.start(caller, { Timeout: 2 });
    await impatient.invoke(createCustomer);
    world.asked.length = 0;
    world.faults.add({ service: 'stripe', kind: 'delay', delay_ms: 3_000, function: impatient.name });
    expect(await impatient.invoke(createCustomer)).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(world.asked).toEqual([]);
    expect(world.calls.running()).toBe(1);
    await until(() => world.calls.running() === 0);
    expect(world.asked.length).toBe(1);
  });

  it('delay: ends when the faults are cleared', async () => {
    world.faults.add({ service: 'stripe', kind: 'delay', delay_ms: 60_000 });
    const held = started.invoke(createCustomer);
    while (world.calls.running() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    world.faults.clear();
    expect(payloadOf(await held)).toMatchObject({ status: 200 });
    expect(lastCall()).toMatchObject({ fault: 'delay' });
  });
});
