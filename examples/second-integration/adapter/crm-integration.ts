import type { CustomerFields } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { Outcome } from '#domain/outcome.ts';
import type {
  CreateParameters,
  ExternalCustomer,
  ExternalPage,
  Integration,
  OwnedExternal,
  Owner,
  Ownership,
} from '#ports/integration.ts';
import { ask, type CrmSend } from './contacts-api.ts';
import { attempt } from './crm-outcome.ts';

/** A contact as the CRM tells of it. One that was deleted keeps its id, and nothing else. */
export type Contact = {
  readonly id: string;
  readonly full_name: string | null;
  readonly mail: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly created_at: string;
  readonly deleted: boolean;
};

/** Something that happened to a contact. */
export type Change = {
  readonly id: string;
  readonly at: string;
  readonly contact_id: string;
  readonly what: 'created' | 'updated' | 'deleted';
  /** The key of the request that did it, if it had one. */
  readonly key: string | null;
  /** Of the fields that it changed, the values before. */
  readonly before: { readonly full_name?: string | null; readonly mail?: string | null };
};

export type Listed<Item> = { readonly items: readonly Item[]; readonly next: string | null };

/** A clock of ours may differ from the CRM's by this much before a lookup by time misses. */
const CLOCK_SKEW_MS = 300_000;

/** The CRM's contacts, as customers. */
export class CrmIntegration implements Integration {
  readonly name: IntegrationName;
  readonly #send: CrmSend;
  readonly #stage: string;

  constructor(name: IntegrationName, send: CrmSend, stage: string) {
    this.name = name;
    this.#send = send;
    this.#stage = stage;
  }

  createCustomer({ ownership, ...fields }: CreateParameters, key: string): Promise<Outcome<{ externalId: string }>> {
    const body = { ...wireFields(fields), tags: this.#tagsOf(ownership) };
    return attempt(this.#send, { method: 'POST', path: '/contacts', key, body });
  }

  updateCustomer(
    externalId: string,
    fields: Partial<CustomerFields>,
    key: string,
    ownership?: Ownership,
  ): Promise<Outcome<{ externalId: string }>> {
    const body = { ...wireFields(fields), ...(ownership && { tags: this.#tagsOf(ownership) }) };
    return attempt(this.#send, { method: 'PATCH', path: `/contacts/${externalId}`, key, body });
  }

  /** The CRM answers the same for one that is gone already. */
  deleteCustomer(externalId: string): Promise<Outcome<{ externalId: string }>> {
    return attempt(this.#send, { method: 'DELETE', path: `/contacts/${externalId}` });
  }

  async findCustomer(externalId: string): Promise<ExternalCustomer | undefined> {
    const contact = await ask<Contact>(this.#send, `/contacts/${externalId}`);
    return contact && this.#externalOf(contact);
  }

  async listCustomers(from: string | undefined): Promise<ExternalPage> {
    const page = await this.#list<Contact>('/contacts', { ...(from !== undefined && { after: from }) });
    return {
      customers: page.items.map((contact) => this.#externalOf(contact)),
      isLive: undefined,
      next: page.next ?? undefined,
    };
  }

  async findOwned(
    ownership: Ownership,
    { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  ): Promise<OwnedExternal | undefined> {
    const wanted = this.#tagsOf(ownership);
    const time = timeOf(sinceMs - CLOCK_SKEW_MS, untilMs + CLOCK_SKEW_MS);
    for (let after: string | null = ''; after !== null; ) {
      const page: Listed<Contact> = await this.#list<Contact>('/contacts', { ...time, ...(after && { after }) });
      const found = page.items.find(({ tags }) => Object.entries(wanted).every(([tag, value]) => tags[tag] === value));
      if (found !== undefined) return { externalId: found.id, ownership };
      after = page.next;
    }
    return undefined;
  }

  async findPrevious(eventId: string): Promise<Partial<CustomerFields> | undefined> {
    const change = await ask<Change>(this.#send, `/changes/${eventId}`);
    return change && previousOf(change);
  }

  async hasUpdated(
    externalId: string,
    key: string,
    { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  ): Promise<boolean> {
    const time = timeOf(sinceMs - CLOCK_SKEW_MS, untilMs + CLOCK_SKEW_MS);
    for (let after: string | null = ''; after !== null; ) {
      const page: Listed<Change> = await this.#list<Change>('/changes', { ...time, ...(after && { after }) });
      if (page.items.some((change) => change.contact_id === externalId && change.key === key)) return true;
      after = page.next;
    }
    return false;
  }

  /** Nothing that costs money hangs on a contact. */
  async hasLiveSubscriptions(): Promise<boolean> {
    return false;
  }

  /** What cannot be told counts as used. */
  async isUnused(): Promise<boolean> {
    return false;
  }

  async findAccount(): Promise<string | undefined> {
    return undefined;
  }

  async #list<Item>(path: string, query: Record<string, string>): Promise<Listed<Item>> {
    const found = await ask<Listed<Item>>(this.#send, `${path}?${new URLSearchParams(query)}`);
    return found ?? { items: [], next: null };
  }

  #externalOf({ id, full_name, mail, tags, created_at, deleted }: Contact): ExternalCustomer {
    if (deleted) return { externalId: id, name: null, email: null, isDeleted: true, owner: 'nobody' };
    const fields = { name: full_name, email: mail };
    return { externalId: id, ...fields, isDeleted: false, owner: this.#ownerOf(tags), createdAt: created_at };
  }

  #tagsOf({ customerId, operationId }: Ownership): Record<string, string> {
    return { concord_stage: this.#stage, concord_customer: customerId, concord_operation: operationId };
  }

  #ownerOf({ concord_stage, concord_customer, concord_operation = '' }: Contact['tags']): Owner {
    if (concord_stage === undefined || concord_customer === undefined) return 'nobody';
    if (concord_stage !== this.#stage) return 'another deployment';
    return { customerId: concord_customer, operationId: concord_operation };
  }
}

/** The values before a change, in our words. */
export function previousOf({ before }: Change): Partial<CustomerFields> {
  const { full_name: name, mail: email } = before;
  return { ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
}

export function timeOf(sinceMs: number, untilMs: number): { since: string; until: string } {
  return { since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString() };
}

function wireFields({ name, email }: Partial<CustomerFields>): Pick<Contact, never> {
  return { ...(name !== undefined && { full_name: name }), ...(email !== undefined && { mail: email }) };
}
