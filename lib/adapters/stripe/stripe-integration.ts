import Stripe from 'stripe';
import type { CustomerFields } from '#domain/customer.ts';
import type { Outcome } from '#domain/outcome.ts';
import {
  type CreateParameters,
  type ExternalCustomer,
  type Integration,
  IntegrationUnavailableError,
  type OwnedExternal,
  type Ownership,
} from '#ports/integration.ts';
import { outcomeOfError } from './stripe-outcome.ts';

/** A clock of ours may run ahead of Stripe's by this much before a lookup by time misses. */
const CLOCK_SKEW_SECONDS = 300;
/** A caller waits for this answer. */
const LIVE_SUBSCRIPTIONS_TIMEOUT_MS = 2_000;

/** Stripe's customers. `client` is asked for at each call, so that a rotated key is picked up. */
export class StripeIntegration implements Integration {
  readonly name = 'stripe';
  readonly #client: () => Promise<Stripe>;
  readonly #stage: string;

  constructor(client: () => Promise<Stripe>, stage: string) {
    this.#client = client;
    this.#stage = stage;
  }

  async createCustomer(parameters: CreateParameters, key: string): Promise<Outcome<{ externalId: string }>> {
    const stripe = await this.#client();
    return attempt(() =>
      stripe.customers.create(
        {
          ...(parameters.name !== null && { name: parameters.name }),
          ...(parameters.email !== null && { email: parameters.email }),
          metadata: this.#metadata(parameters.ownership),
        },
        { idempotencyKey: key },
      ),
    );
  }

  async updateCustomer(
    externalId: string,
    fields: Partial<CustomerFields>,
    key: string,
  ): Promise<Outcome<{ externalId: string }>> {
    const stripe = await this.#client();
    // Stripe unsets a field by an empty string.
    const changes = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value ?? '']));
    return attempt(() => stripe.customers.update(externalId, changes, { idempotencyKey: key }));
  }

  async deleteCustomer(externalId: string): Promise<Outcome<{ externalId: string }>> {
    const stripe = await this.#client();
    return attempt(async () => {
      try {
        return await stripe.customers.del(externalId);
      } catch (error) {
        // Gone already is what was wanted.
        if (isMissing(error)) return { id: externalId, lastResponse: { requestId: error.requestId } };
        throw error;
      }
    });
  }

  async findCustomer(externalId: string): Promise<ExternalCustomer | undefined> {
    const stripe = await this.#client();
    return lookup(async () => {
      try {
        const customer = await stripe.customers.retrieve(externalId);
        if (customer.deleted === true) return { externalId, name: null, email: null, isDeleted: true };
        return { externalId, name: customer.name ?? null, email: customer.email, isDeleted: false };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async hasLiveSubscriptions(externalId: string): Promise<boolean> {
    const stripe = await this.#client();
    return lookup(async () => {
      // Without a status, Stripe lists all that are not canceled.
      const options = { timeout: LIVE_SUBSCRIPTIONS_TIMEOUT_MS };
      try {
        const { data } = await stripe.subscriptions.list({ customer: externalId, limit: 100 }, options);
        return data.some(({ status }) => status !== 'incomplete_expired');
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    });
  }

  async findOwned(
    ownership: Ownership,
    { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  ): Promise<OwnedExternal | undefined> {
    const stripe = await this.#client();
    const wanted = this.#metadata(ownership);
    const created = {
      gte: Math.floor(sinceMs / 1000) - CLOCK_SKEW_SECONDS,
      lte: Math.ceil(untilMs / 1000) + CLOCK_SKEW_SECONDS,
    };
    return lookup(async () => {
      for await (const customer of stripe.customers.list({ created, limit: 100 })) {
        const isOurs = Object.entries(wanted).every(([name, value]) => customer.metadata[name] === value);
        if (isOurs) return { externalId: customer.id, ownership };
      }
      return undefined;
    });
  }

  async isUnused(externalId: string): Promise<boolean> {
    const stripe = await this.#client();
    return lookup(async () => {
      const { data } = await stripe.subscriptions.list({ customer: externalId, status: 'all', limit: 1 });
      return data.length === 0;
    });
  }

  #metadata({ customerId, operationId }: Ownership): Record<string, string> {
    return { concord_stage: this.#stage, concord_customer_id: customerId, concord_operation_id: operationId };
  }
}

type WithResponse = { readonly id: string; readonly lastResponse: { readonly requestId: string | undefined } };

function isMissing(error: unknown): error is InstanceType<typeof Stripe.errors.StripeInvalidRequestError> {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

async function attempt(send: () => Promise<WithResponse>): Promise<Outcome<{ externalId: string }>> {
  try {
    const { id, lastResponse } = await send();
    const { requestId } = lastResponse;
    return { is: 'accepted', value: { externalId: id }, ...(requestId !== undefined && { requestId }) };
  } catch (error) {
    return outcomeOfError(error);
  }
}

async function lookup<Found>(ask: () => Promise<Found>): Promise<Found> {
  try {
    return await ask();
  } catch (error) {
    const outcome = outcomeOfError(error);
    throw new IntegrationUnavailableError(`Stripe did not answer a lookup: ${outcome.is}.`, { cause: error });
  }
}
