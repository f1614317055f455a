import type Stripe from 'stripe';
import type { Outcome } from '#domain/outcome.ts';
import {
  type CreateParameters,
  type Integration,
  IntegrationUnavailableError,
  type OwnedExternal,
  type Ownership,
} from '#ports/integration.ts';
import { outcomeOfError } from './stripe-outcome.ts';

/** A clock of ours may run ahead of Stripe's by this much before a lookup by time misses. */
const CLOCK_SKEW_SECONDS = 300;

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

  async deleteCustomer(externalId: string): Promise<Outcome<{ externalId: string }>> {
    const stripe = await this.#client();
    const outcome = await attempt(() => stripe.customers.del(externalId));
    // Gone already is what was wanted.
    if (outcome.is === 'rejected' && /no such customer/i.test(outcome.reason)) {
      return { is: 'accepted', value: { externalId } };
    }
    return outcome;
  }

  async findOwned(ownership: Ownership, sinceMs: number): Promise<OwnedExternal | undefined> {
    const stripe = await this.#client();
    const wanted = this.#metadata(ownership);
    const since = Math.floor(sinceMs / 1000) - CLOCK_SKEW_SECONDS;
    return lookup(async () => {
      for await (const customer of stripe.customers.list({ created: { gte: since }, limit: 100 })) {
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

type WithResponse = { readonly id: string; readonly lastResponse: { readonly requestId: string } };

async function attempt(send: () => Promise<WithResponse>): Promise<Outcome<{ externalId: string }>> {
  try {
    const { id, lastResponse } = await send();
    return { is: 'accepted', value: { externalId: id }, requestId: lastResponse.requestId };
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
