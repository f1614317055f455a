import Stripe from 'stripe';
import type { CustomerFields } from '#domain/customer.ts';
import type { Outcome } from '#domain/outcome.ts';
import type {
  CreateParameters,
  ExternalCustomer,
  ExternalPage,
  Integration,
  OwnedExternal,
  Ownership,
} from '#ports/integration.ts';
import { iso } from '#ports/system.ts';
import { lookup } from './lookup.ts';
import { metadataOf, ownerOf } from './ownership.ts';
import { previousFields } from './previous-fields.ts';
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
          metadata: metadataOf(this.#stage, parameters.ownership),
        },
        { idempotencyKey: key },
      ),
    );
  }

  async updateCustomer(
    externalId: string,
    fields: Partial<CustomerFields>,
    key: string,
    ownership?: Ownership,
  ): Promise<Outcome<{ externalId: string }>> {
    const stripe = await this.#client();
    // Stripe unsets a field by an empty string.
    const changes = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value ?? '']));
    const metadata = ownership && { metadata: metadataOf(this.#stage, ownership) };
    return attempt(() => stripe.customers.update(externalId, { ...changes, ...metadata }, { idempotencyKey: key }));
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
        if (customer.deleted === true) {
          return { externalId, name: null, email: null, isDeleted: true, owner: 'nobody' };
        }
        return this.#externalOf(customer);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  #externalOf({ id, name = null, email, metadata, created }: Stripe.Customer): ExternalCustomer {
    const owner = ownerOf(this.#stage, metadata);
    return { externalId: id, name, email, isDeleted: false, owner, createdAt: iso(created * 1000) };
  }

  async listCustomers(from: string | undefined): Promise<ExternalPage> {
    const stripe = await this.#client();
    return lookup(async () => {
      const { data, has_more } = await stripe.customers.list({
        limit: 100,
        ...(from !== undefined && { starting_after: from }),
      });
      return {
        customers: data.map((customer) => this.#externalOf(customer)),
        isLive: data[0]?.livemode,
        next: has_more ? data.at(-1)?.id : undefined,
      };
    });
  }

  async findAccount(): Promise<string | undefined> {
    const stripe = await this.#client();
    return lookup(async () => {
      try {
        return (await stripe.accounts.retrieveCurrent()).id;
      } catch (error) {
        // A restricted key may be for customers only.
        if (error instanceof Stripe.errors.StripePermissionError) return undefined;
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
    const wanted = metadataOf(this.#stage, ownership);
    const created = createdIn(sinceMs, untilMs);
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
    const ofCustomer = { customer: externalId, limit: 1 };
    // A paid subscription has all of them, so most used customers cost one request.
    const uses = [
      () => stripe.subscriptions.list({ ...ofCustomer, status: 'all' }),
      () => stripe.paymentIntents.list(ofCustomer),
      () => stripe.charges.list(ofCustomer),
      () => stripe.invoices.list(ofCustomer),
    ];
    return lookup(async () => {
      try {
        for (const listUses of uses) {
          if ((await listUses()).data.length > 0) return false;
        }
        return true;
      } catch (error) {
        // What the key may not read cannot be ruled out.
        if (error instanceof Stripe.errors.StripePermissionError) return false;
        throw error;
      }
    });
  }

  async findPrevious(eventId: string): Promise<Partial<CustomerFields> | undefined> {
    const stripe = await this.#client();
    return lookup(async () => {
      try {
        const { data } = await stripe.events.retrieve(eventId);
        return previousFields(data.previous_attributes);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async hasUpdated(
    externalId: string,
    key: string,
    { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  ): Promise<boolean> {
    const stripe = await this.#client();
    const created = createdIn(sinceMs, untilMs);
    return lookup(async () => {
      for await (const { data, request } of stripe.events.list({ type: 'customer.updated', created, limit: 100 })) {
        const { id } = data.object as { readonly id?: string };
        if (id === externalId && request?.idempotency_key === key) return true;
      }
      return false;
    });
  }
}

/** A time of ours, as a filter by Stripe's clock. */
function createdIn(sinceMs: number, untilMs: number): { gte: number; lte: number } {
  return {
    gte: Math.floor(sinceMs / 1000) - CLOCK_SKEW_SECONDS,
    lte: Math.ceil(untilMs / 1000) + CLOCK_SKEW_SECONDS,
  };
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
