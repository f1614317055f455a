import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type Stripe from 'stripe';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { customerChangeSchema, newCustomerSchema, parseWith } from '#adapters/http/schemas.ts';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { consoleLog } from '#adapters/system/console-log.ts';
import { systemClock, systemRandom } from '#adapters/system/system.ts';
import type { Customer, CustomerChange, NewCustomer } from '#domain/customer.ts';
import { parseIdempotencyKey, type RequestIdentity } from '#domain/idempotency-key.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import { customerBusy, notFound, ProblemError } from '#domain/problem.ts';
import { StoreContendedError } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { FinalReply } from '#ports/records.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { getCustomer } from '#use-cases/catalog/get-customer.ts';
import type { RequestResult } from '#use-cases/catalog/request-result.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';

export type CustomerServiceOptions = {
  /** The stack's output `CatalogTable`. */
  readonly catalogTable: string;
  /** The stack's output `SagaArn`. */
  readonly sagaArn: string;
  /** The stack's output `PokesQueueUrl`. */
  readonly pokesQueueUrl: string;
  /** Asked for at each delete: a Stripe key that may read subscriptions. Only deletes need it. */
  readonly stripeKey?: () => Promise<string>;
  /** Whose idempotency keys these are; `library` unless said. One caller never meets another one's keys. */
  readonly caller?: string;
};

export type WriteOptions = {
  /**
   * Makes repeats safe: the same call with the same key has one effect, and the same result again for 24 hours. A
   * refusal before any work was begun is not remembered.
   */
  readonly idempotencyKey?: string | undefined;
};
export type ChangeOptions = WriteOptions & {
  /** Refuse the change, with `version-mismatch`, unless the customer has this version. */
  readonly ifVersion?: number | undefined;
};
export type DeleteOptions = ChangeOptions & {
  /** Whether live subscriptions may be cancelled by the delete; otherwise they refuse it. */
  readonly cancelSubscriptions?: boolean | undefined;
};
export type WaitOptions = {
  /** How long the outcome is waited for; 20 s unless said. */
  readonly waitMs?: number | undefined;
};

/**
 * Customers, with the guarantees of the HTTP API. `…WithIntegrity` answers when both sides agree; the others answer at
 * once, and Stripe follows. A refusal is a `ProblemError`. Errors of AWS itself are thrown as they are: whether the
 * call had its effect is then not known, and a repeat with the same idempotency key finds out.
 */
export type CustomerService = {
  /** @throws ProblemError `validation`, `email-taken`, `customer-busy`, and those of the key. */
  createCustomer(input: NewCustomer, options?: WriteOptions): Promise<Customer>;
  /** @throws ProblemError as `createCustomer`, `stripe-rejected`, `stripe-unavailable`; OperationUnderwayError */
  createCustomerWithIntegrity(input: NewCustomer, options?: WriteOptions & WaitOptions): Promise<Customer>;
  /** @throws ProblemError as `createCustomer`, `not-found`, `version-mismatch` */
  updateCustomer(customerId: string, change: CustomerChange, options?: ChangeOptions): Promise<Customer>;
  /** @throws ProblemError as `updateCustomer`, `stripe-rejected`, `stripe-unavailable`; OperationUnderwayError */
  updateCustomerWithIntegrity(
    customerId: string,
    change: CustomerChange,
    options?: ChangeOptions & WaitOptions,
  ): Promise<Customer>;
  /** @throws ProblemError `not-found`, `version-mismatch`, `customer-has-subscriptions`, `stripe-unavailable`, … */
  deleteCustomer(customerId: string, options?: DeleteOptions): Promise<void>;
  /** @throws ProblemError as `deleteCustomer`, `stripe-rejected`; OperationUnderwayError */
  deleteCustomerWithIntegrity(customerId: string, options?: DeleteOptions & WaitOptions): Promise<void>;
  /** @throws ProblemError `not-found` */
  getCustomer(customerId: string): Promise<Customer>;
};

/**
 * The outcome was not known in time. The operation goes on by itself: the same call with the same idempotency key joins
 * it, and `GET /operations/{id}` shows it.
 */
export class OperationUnderwayError extends Error {
  override readonly name = 'OperationUnderwayError';
  readonly operationId: string;

  constructor(operationId: string) {
    super(`Operation ${operationId} is still under way.`);
    this.operationId = operationId;
  }
}

const WAIT_MS = 20_000;

/**
 * The customer service of a deployed stack, for another Lambda or a script with AWS credentials. It makes its own
 * clients, with AWS's default credentials, region and endpoints: make it once and keep it. `STRIPE_API_BASE` points it
 * elsewhere than api.stripe.com.
 *
 * Its role reads and writes the catalog table, sends to the queue and starts executions of the state machine.
 */
export function createCustomerService(options: CustomerServiceOptions): CustomerService {
  const { caller = 'library' } = options;
  const system = { clock: systemClock, random: systemRandom };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const store = new DynamoCatalogStore(documents, options.catalogTable, system);
  const reads = { store, integrations: INTEGRATIONS };
  const deps = {
    ...{ ...reads, ...system, log: consoleLog },
    pokes: new SqsPokes(new SQSClient({}), options.pokesQueueUrl),
    saga: new SfnSagaStarter(new SFNClient({}), options.sagaArn),
  };
  const identify = (route: string, key: string | undefined, payload: readonly unknown[]) =>
    key === undefined ? undefined : identityOf([caller, route], key, payload);
  const deadlineAfter = (waitMs = WAIT_MS) => systemClock.nowMs() + waitMs;
  const integration = options.stripeKey && subscriptionReader(options.stripeKey);

  return {
    async createCustomer(input, { idempotencyKey } = {}) {
      const asked = parseWith(newCustomerSchema, input);
      const request = identify('create', idempotencyKey, [false, asked.name, asked.email]);
      return customerOf(await settled(createCustomer(deps, asked, request)));
    },

    async createCustomerWithIntegrity(input, { idempotencyKey, waitMs } = {}) {
      const asked = parseWith(newCustomerSchema, input);
      const request = identify('create', idempotencyKey, [true, asked.name, asked.email]);
      const deadlineMs = deadlineAfter(waitMs);
      return customerOf(await settled(createWithIntegrity(deps, asked, { deadlineMs, request })));
    },

    async updateCustomer(customerId, change, { idempotencyKey, ifVersion } = {}) {
      const id = parseId(customerId);
      const asked: CustomerChange = parseWith(customerChangeSchema, change);
      const request = identify(`update ${id}`, idempotencyKey, [false, asked.name, asked.email, ifVersion]);
      return customerOf(await settled(updateCustomer(deps, id, asked, ifMatchOf(ifVersion), request)));
    },

    async updateCustomerWithIntegrity(customerId, change, { idempotencyKey, ifVersion, waitMs } = {}) {
      const id = parseId(customerId);
      const asked: CustomerChange = parseWith(customerChangeSchema, change);
      const request = identify(`update ${id}`, idempotencyKey, [true, asked.name, asked.email, ifVersion]);
      const waiting = { deadlineMs: deadlineAfter(waitMs), request };
      return customerOf(await settled(updateWithIntegrity(deps, id, asked, ifMatchOf(ifVersion), waiting)));
    },

    async deleteCustomer(customerId, { idempotencyKey, ifVersion, cancelSubscriptions = false } = {}) {
      const deletes = { ...deps, integration: assertReadable(integration) };
      const id = parseId(customerId);
      const request = identify(`delete ${id}`, idempotencyKey, [false, cancelSubscriptions, ifVersion]);
      const asked = { ifMatch: ifMatchOf(ifVersion), cancelSubscriptions, request };
      await settled(deleteCustomer(deletes, id, asked));
    },

    async deleteCustomerWithIntegrity(
      customerId,
      { idempotencyKey, ifVersion, cancelSubscriptions = false, waitMs } = {},
    ) {
      const deletes = { ...deps, integration: assertReadable(integration) };
      const id = parseId(customerId);
      const request = identify(`delete ${id}`, idempotencyKey, [true, cancelSubscriptions, ifVersion]);
      const asked = { ifMatch: ifMatchOf(ifVersion), cancelSubscriptions, request };
      await settled(deleteWithIntegrity(deletes, id, { ...asked, deadlineMs: deadlineAfter(waitMs) }));
    },

    async getCustomer(customerId) {
      return getCustomer(reads, parseId(customerId));
    },
  };
}

/** Three parts, where the HTTP API's scopes have two: the library and the API never share a key. */
function identityOf([caller, route]: [string, string], key: string, payload: readonly unknown[]): RequestIdentity {
  return {
    scope: JSON.stringify(['library', caller, route]),
    key: parseIdempotencyKey(key),
    requestId: systemRandom.id(),
    fingerprint: createHash('sha256').update(JSON.stringify(payload)).digest('hex'),
  };
}

/** An id that cannot be ours is nobody's, and never asked for. */
function parseId(customerId: string): string {
  if (!/^[\w-]{1,64}$/.test(customerId)) throw notFound('customer');
  return customerId;
}

function ifMatchOf(ifVersion: number | undefined): readonly number[] | undefined {
  return ifVersion === undefined ? undefined : [ifVersion];
}

/** The reply of a request that has had its effect, whether by this call or by an earlier one. */
async function settled(work: Promise<RequestResult>): Promise<FinalReply> {
  const result = await work.catch((error: unknown) => {
    throw error instanceof StoreContendedError ? customerBusy() : error;
  });
  if (result.is === 'underway') throw new OperationUnderwayError(result.operationId);
  if (result.is === 'refused') throw new ProblemError(result.problem);
  return result.reply;
}

function customerOf(reply: FinalReply): Customer {
  if (reply.is === 'deleted') throw new Error('A create or update was answered as a delete.');
  return reply.customer;
}

/** Stripe for its subscriptions only. The stage names what we make in Stripe, and this makes nothing. */
function subscriptionReader(readKey: () => Promise<string>): Integration {
  let current: { readonly key: string; readonly client: Stripe } | undefined;
  return new StripeIntegration(async () => {
    const key = await readKey();
    if (current?.key !== key) current = { key, client: stripeClient(key, process.env['STRIPE_API_BASE']) };
    return current.client;
  }, '');
}

function assertReadable(integration: Integration | undefined): Integration {
  if (integration !== undefined) return integration;
  throw new Error('A delete reads live subscriptions first: createCustomerService needs the option stripeKey for it.');
}
