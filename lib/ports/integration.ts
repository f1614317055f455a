import type { CustomerFields } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { Outcome } from '#domain/outcome.ts';

/** What we write on a customer of the integration, so that it is provably ours. */
export type Ownership = { readonly customerId: string; readonly operationId: string };

/** The frozen parameters of a create: sent again under the same key, they are the same request. */
export type CreateParameters = CustomerFields & { readonly ownership: Ownership };

/** Whom the metadata of an external customer names: one of ours, one of another deployment's, or nobody. */
export type Owner = Ownership | 'another deployment' | 'nobody';

/** A customer as the integration has it now. */
export type ExternalCustomer = CustomerFields & {
  readonly externalId: string;
  readonly isDeleted: boolean;
  readonly owner: Owner;
  /** When it was made there, by the integration's clock; deleted ones do not tell. */
  readonly createdAt?: string;
};

/** A page of the customers that are not deleted, newest first; `next` when there are older ones still. */
export type ExternalPage = {
  readonly customers: readonly ExternalCustomer[];
  /** Whether they are of the live mode; unknown when there are none. */
  readonly isLive: boolean | undefined;
  readonly next: string | undefined;
};

/** A customer of the integration that carries our ownership. */
export type OwnedExternal = { readonly externalId: string; readonly ownership: Ownership };

/**
 * Another system that holds our customers. One request a call: retries are the callers', because only they know what
 * an unknown outcome means. Lookups throw `IntegrationUnavailableError` when there is no answer.
 */
export interface Integration {
  readonly name: IntegrationName;
  /** Makes a customer. The same key with the same parameters makes at most one, for 24 hours. */
  createCustomer(parameters: CreateParameters, key: string): Promise<Outcome<{ externalId: string }>>;
  /**
   * Changes these fields and no others; `ownership` is written too when given. The same key with the same parameters
   * acts at most once, for 24 hours.
   */
  updateCustomer(
    externalId: string,
    fields: Partial<CustomerFields>,
    key: string,
    ownership?: Ownership,
  ): Promise<Outcome<{ externalId: string }>>;
  /** Deletes a customer; one that is gone already is accepted. Final: it cannot be undone. */
  deleteCustomer(externalId: string): Promise<Outcome<{ externalId: string }>>;
  /** The customer as it is now; `undefined` when the integration never had it. */
  findCustomer(externalId: string): Promise<ExternalCustomer | undefined>;
  /** Whether the customer has a subscription that deleting it would cancel. One request, answered within 2 s. */
  hasLiveSubscriptions(externalId: string): Promise<boolean>;
  /** The customer that names this ownership, created in this time; by listing, which is exact, never by search. */
  findOwned(ownership: Ownership, created: { sinceMs: number; untilMs: number }): Promise<OwnedExternal | undefined>;
  /** Up to 100 customers that are not deleted, newest first, from after the page that said `from`. */
  listCustomers(from: string | undefined): Promise<ExternalPage>;
  /** The account that we write to; `undefined` when we may not know. */
  findAccount(): Promise<string | undefined>;
  /**
   * Whether nobody has used the customer yet: it has no subscription, payment or invoice, and never had one. What we may
   * not read counts as used. Up to four requests, one after the other, and none after the first use that is found.
   */
  isUnused(externalId: string): Promise<boolean>;
  /** The values that an event says were there before it; `undefined` when there is no such event any more. */
  findPrevious(eventId: string): Promise<Partial<CustomerFields> | undefined>;
  /** Whether an update under this key had its effect in this time: its event says so, for 30 days. */
  hasUpdated(externalId: string, key: string, sent: { sinceMs: number; untilMs: number }): Promise<boolean>;
}

/** The integration gave no usable answer to a lookup. */
export class IntegrationUnavailableError extends Error {
  override readonly name = 'IntegrationUnavailableError';
}
