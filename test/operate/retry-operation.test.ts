import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import {
  beginUnstarted,
  callStripe,
  type Operation,
  type Page,
  PROTECTED,
  park,
  problemOf,
  twinId,
  untilStatus,
} from './stories.ts';

const EMAIL = 'parked@example.com';

describe('retrying an operation that needs attention', () => {
  let stack: Stack;
  let parked: Operation;
  let subscription: string;
  beforeAll(async () => {
    stack = await startStack();
    ({ operation: parked, subscription } = await park(stack, EMAIL));
  });
  afterEach(() => stack.control$('DELETE', '/faults'));
  afterAll(() => stack.stop());

  const retry = (id: string, headers = {}) => stack.call('POST', `/operations/${id}/retry`, { headers });
  const operationOf = async (id: string) => (await stack.call('GET', `/operations/${id}`)).body as unknown as Operation;
  const undosOf = ({ steps }: Operation) =>
    steps.filter(({ name, outcome }) => name === 'undo' && outcome === 'needs_attention').length;

  /** Stripe’s customer is there, the operation is parked as before, and once more has been tried. */
  async function expectParkedAgain(before: Operation): Promise<void> {
    const after = await untilStatus(stack, before.id, 'needs_attention');
    expect(undosOf(after)).toBe(undosOf(before) + 1);
    expect(after.steps.at(-1)).toMatchObject({
      name: 'undo',
      outcome: 'needs_attention',
      error: 'The customer in Stripe has been used, or may have been, and was not deleted.',
    });
    expect((await readWorld(stack)).stripe.map(({ email }) => email)).toContain(EMAIL);
  }

  it('finds it in the list, and in the list of those that need attention', async () => {
    for (const query of ['', '?status=needs_attention', `?customer_id=${parked.customer_id}`]) {
      const { data } = (await stack.call('GET', `/operations${query}`)).body as Page<Operation>;
      expect(data).toEqual([parked]);
    }
    const running = (await stack.call('GET', '/operations?status=running')).body as Page<Operation>;
    expect(running.data).toEqual([]);
  });

  it('is never retried by itself', async () => {
    await stack.quiesce();
    expect(await operationOf(parked.id)).toEqual(parked);
  });

  it('answers at once, tries under a new fence, and parks it again: the used Stripe customer stays', async () => {
    const before = await operationOf(parked.id);
    const reply = await retry(parked.id);
    expect([reply.status, reply.body]).toEqual([202, { operation_id: parked.id, status: 'compensating' }]);
    expect(reply.headers.get('location')).toBe(`/operations/${parked.id}`);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectParkedAgain(before);
    const { steps } = await operationOf(parked.id);
    expect(steps).toContainEqual(expect.objectContaining({ name: 'retry', attempt: 1, outcome: 'compensating' }));
    const [item] = (await readWorld(stack)).operations.filter(({ id }) => id === parked.id);
    expect(item?.['fence']).toBe(2);
  });

  it('parks it again also when the subscription was cancelled: the customer has been used', async () => {
    const before = await operationOf(parked.id);
    expect((await callStripe(stack, 'DELETE', `/v1/subscriptions/${subscription}`)).status).toBe(200);
    expect((await retry(parked.id)).status).toBe(202);
    await expectParkedAgain(before);
  });

  it('lets one of two retries that saw the same count', async () => {
    const before = await operationOf(parked.id);
    const commit = { function: 'concord-local-api', service: 'dynamodb', action: 'TransactWriteItems' };
    await stack.control$('POST', '/faults', { ...commit, kind: 'delay', delay_ms: 2000 });
    const replies = await Promise.all([retry(parked.id), retry(parked.id)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 409]);
    const late = replies.find(({ status }) => status === 409);
    expect(late && problemOf(late)).toEqual([409, 'customer-busy']);
    await expectParkedAgain(before);
    expect((await readWorld(stack)).operations.find(({ id }) => id === parked.id)?.['fence']).toBe(4);
  });

  it('is taken up by the sweep when the saga could not be started, or the function died', async () => {
    for (const kind of ['error', 'kill-before']) {
      const before = await operationOf(parked.id);
      const start = { service: 'states', action: 'StartExecution', kind, status: 400 };
      await stack.control$('POST', '/faults', { ...start, times: kind === 'error' ? 10 : 1 });
      const reply = await retry(parked.id);
      expect(reply.status).toBe(kind === 'error' ? 202 : 500);
      expect((await operationOf(parked.id)).status).toBe('compensating');
      const busy = await retry(parked.id);
      expect(problemOf(busy)).toEqual([409, 'customer-busy']);
      expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
      const compensating = (await stack.call('GET', '/operations?status=compensating')).body as Page<Operation>;
      expect(compensating.data.map(({ id }) => id)).toEqual([parked.id]);
      await stack.quiesce();
      await expectParkedAgain(before);
    }
  });

  it('ends it when what made it park is gone', async () => {
    expect((await callStripe(stack, 'DELETE', `/v1/customers/${await twinId(stack, EMAIL)}`)).status).toBe(200);
    expect((await retry(parked.id)).status).toBe(202);
    await untilStatus(stack, parked.id, 'compensated');
    expect((await stack.call('GET', '/operations')).body).toEqual({ data: [], next_cursor: null });
    const again = await stack.call('POST', '/customers', { body: { name: 'Again', email: EMAIL }, headers: PROTECTED });
    expect(again.status).toBe(201);
  });

  it('is refused for an operation that is under way, has ended or is unknown', async () => {
    const { id } = await beginUnstarted(stack, 'underway@example.com');
    const busy = await retry(id);
    expect(problemOf(busy)).toEqual([409, 'customer-busy']);
    expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
    await stack.quiesce();
    const ended = await operationOf(id);
    expect(ended.status).toBe('succeeded');
    expect(problemOf(await retry(id))).toEqual([409, 'operation-finished']);
    expect(problemOf(await retry(parked.id))).toEqual([409, 'operation-finished']);
    expect(await operationOf(id)).toEqual(ended);
    expect(problemOf(await retry('never-was'))).toEqual([404, 'not-found']);
    expect(problemOf(await retry('not%20an%20id'))).toEqual([404, 'not-found']);
  });

  it('is for admins', async () => {
    for (const token of [stack.tokens.read, stack.tokens.write]) {
      expect((await retry(parked.id, { authorization: `Bearer ${token}` })).status).toBe(403);
    }
    expect((await retry(parked.id, { authorization: '' })).status).toBe(401);
    const admin = await retry(parked.id, { authorization: `Bearer ${stack.tokens.admin}` });
    expect(admin.status).toBe(409);
  });
});
