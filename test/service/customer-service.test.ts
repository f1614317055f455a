import type { Customer } from '#domain/customer.ts';
import type { ProblemType } from '#domain/problem.ts';
import {
  type CustomerService,
  type CustomerServiceOptions,
  createCustomerService,
  OperationUnderwayError,
  ProblemError,
} from '../../lib/index.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { enterStack } from './script-environment.ts';

describe('the customer service', () => {
  let stack: Stack;
  let options: CustomerServiceOptions;
  let customers: CustomerService;
  beforeAll(async () => {
    stack = await startStack();
    const { CatalogTable, SagaArn, PokesQueueUrl } = await enterStack(stack);
    options = { catalogTable: CatalogTable, sagaArn: SagaArn, pokesQueueUrl: PokesQueueUrl };
    customers = createCustomerService({ ...options, stripeKey: async () => 'sk_test_local' });
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.quiesce();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  const ann = (email: string) => ({ name: 'Ann', email: `${email}@example.com` });
  const inStripe = async ({ id }: Customer) =>
    (await readWorld(stack)).stripe.filter(({ metadata }) => metadata['concord_customer_id'] === id);
  const refused = (type: ProblemType) => expect.objectContaining({ name: 'ProblemError', problem: problemOf(type) });
  const problemOf = (type: ProblemType) => expect.objectContaining({ type });
  const failStripe = (action: string, status: number, times = 1) =>
    stack.control$('POST', '/faults', { service: 'stripe', action, kind: 'error', status, times });

  it('creates at once, and Stripe follows', async () => {
    const created = await customers.createCustomer({ name: ' Ann ', email: 'at-once@example.com' });

    expect(created).toMatchObject({ name: 'Ann', status: 'active', version: 1 });
    expect(created.integrations.stripe.syncStatus).toBe('pending');
    await stack.settle();
    expect((await customers.getCustomer(created.id)).integrations.stripe.syncStatus).toBe('synced');
    expect(await inStripe(created)).toHaveLength(1);
  });

  it('creates with integrity what the HTTP API then shows', async () => {
    const created = await customers.createCustomerWithIntegrity(ann('shown'));

    expect(created.integrations.stripe.syncStatus).toBe('synced');
    const { body } = await stack.call('GET', `/customers/${created.id}`);
    expect(body).toMatchObject({ id: created.id, version: created.version, updated_at: created.updatedAt });
    expect(await customers.getCustomer(created.id)).toEqual(created);
  });

  it.each(['createCustomer', 'createCustomerWithIntegrity'] as const)(
    'has one effect a key, also for twins at the same time: %s',
    async (create) => {
      const idempotencyKey = `one-${create}`;
      const call = () => customers[create](ann(idempotencyKey), { idempotencyKey });
      const [first, twin] = await Promise.all([call(), call()]);

      expect(twin).toEqual(first);
      expect(await call()).toEqual(first);
      await expect(customers[create](ann('another'), { idempotencyKey })).rejects.toEqual(
        refused('idempotency-key-reused'),
      );
      const other = create === 'createCustomer' ? 'createCustomerWithIntegrity' : 'createCustomer';
      await expect(customers[other](ann(idempotencyKey), { idempotencyKey })).rejects.toEqual(
        refused('idempotency-key-reused'),
      );
      await stack.settle();
      expect(await inStripe(first)).toHaveLength(1);
    },
  );

  it('keeps the keys of callers, and of the HTTP API, apart', async () => {
    const idempotencyKey = 'shared';
    const first = await customers.createCustomer(ann('of-library'), { idempotencyKey });
    const other = createCustomerService({ ...options, caller: 'other' });

    expect((await other.createCustomer(ann('of-other'), { idempotencyKey })).id).not.toBe(first.id);
    const headers = { 'idempotency-key': idempotencyKey };
    const reply = await stack.call('POST', '/customers', { body: ann('of-http'), headers });
    expect([reply.status, reply.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it('refuses what is not valid, with every place', async () => {
    const input = { name: '', email: 'nobody', age: 3 };
    const error = await customers.createCustomer(input).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).problem).toMatchObject({
      type: 'validation',
      errors: expect.arrayContaining([
        { pointer: '/name', message: 'must not be empty' },
        { pointer: '/email', message: 'must be an email address' },
      ]),
    });
    await expect(customers.updateCustomer('any', {})).rejects.toEqual(refused('validation'));
    await expect(customers.createCustomer(ann('key'), { idempotencyKey: 'a,b' })).rejects.toEqual(
      refused('idempotency-key-malformed'),
    );
    await expect(customers.getCustomer('../etc')).rejects.toEqual(refused('not-found'));
    await expect(customers.getCustomer('nobody')).rejects.toEqual(refused('not-found'));
  });

  it('refuses a taken email, and a version that is not the latest', async () => {
    const taken = await customers.createCustomerWithIntegrity(ann('taken'));
    const free = await customers.createCustomerWithIntegrity(ann('free'));

    await expect(customers.createCustomer(ann('TAKEN'))).rejects.toEqual(refused('email-taken'));
    for (const update of ['updateCustomer', 'updateCustomerWithIntegrity'] as const) {
      await expect(customers[update](free.id, { email: 'taken@example.com' })).rejects.toEqual(refused('email-taken'));
      await expect(customers[update](taken.id, { name: 'New' }, { ifVersion: 7 })).rejects.toEqual(
        refused('version-mismatch'),
      );
    }
    expect(await customers.updateCustomer(taken.id, { name: 'New' }, { ifVersion: 1 })).toMatchObject({
      name: 'New',
      version: 2,
    });
  });

  it('leaves nothing behind of a create that Stripe refuses, and the email free', async () => {
    await failStripe('POST /v1/customers', 400);
    await expect(customers.createCustomerWithIntegrity(ann('refused'))).rejects.toEqual(refused('stripe-rejected'));
    expect(await inStripe(await customers.createCustomerWithIntegrity(ann('refused')))).toHaveLength(1);
  });

  it('tells of an operation that is still under way, which the same key then joins', async () => {
    const idempotencyKey = 'slow';
    const error = await customers
      .createCustomerWithIntegrity(ann('slow'), { idempotencyKey, waitMs: 0 })
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(OperationUnderwayError);
    const joined = await customers.createCustomerWithIntegrity(ann('slow'), { idempotencyKey });
    const { body } = await stack.call('GET', `/operations/${(error as OperationUnderwayError).operationId}`);
    expect(body).toMatchObject({ customer_id: joined.id, status: 'succeeded' });
  });

  it.each(['createCustomer', 'createCustomerWithIntegrity'] as const)(
    'has one effect when the reply of its own transaction is lost: %s',
    async (create) => {
      const fault = { function: 'script', service: 'dynamodb', action: 'TransactWriteItems', kind: 'lost-reply' };
      await stack.control$('POST', '/faults', fault);
      const created = await customers[create](ann(`lost-${create}`));

      await stack.settle();
      expect(await inStripe(created)).toHaveLength(1);
      const lost = (await stack.calls()).filter((call) => call.function === 'script' && call.fault === 'lost-reply');
      expect(lost.length).toBeGreaterThan(0);
    },
  );

  it.each(['deleteCustomer', 'deleteCustomerWithIntegrity'] as const)(
    'deletes on both sides, once it may cancel the subscriptions: %s',
    async (remove) => {
      const created = await customers.createCustomerWithIntegrity(ann(`subscribed-${remove}`));
      await fetch(`${stack.stripe}/v1/subscriptions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          customer: String(created.integrations.stripe.externalId),
          'items[0][price]': 'price_1',
        }),
      });

      await expect(customers[remove](created.id)).rejects.toEqual(refused('customer-has-subscriptions'));
      await failStripe('GET /v1/subscriptions', 500);
      await expect(customers[remove](created.id)).rejects.toEqual(refused('stripe-unavailable'));
      const asked = { cancelSubscriptions: true, idempotencyKey: remove };
      await customers[remove](created.id, asked);
      await customers[remove](created.id, asked);
      await expect(customers.getCustomer(created.id)).rejects.toEqual(refused('not-found'));
      await stack.settle();
      expect(await inStripe(created)).toEqual([]);
    },
  );

  it('says what a delete needs when it has no Stripe key', async () => {
    const keyless = createCustomerService(options);
    await expect(keyless.deleteCustomer('any')).rejects.toThrow('stripeKey');
    await expect(keyless.deleteCustomerWithIntegrity('any')).rejects.toThrow('stripeKey');
  });
});
