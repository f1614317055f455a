import { type CustomerFields, canonical } from '#domain/customer.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import type { CompareDeps, Subject } from '../evidence.ts';

/** A subject that did not look right, and what it looked like: one that has changed since was being worked on. */
export type Suspect = { readonly subject: Subject; readonly stamp: Stamp };
export type Stamp = { readonly version?: number; readonly revision?: number; readonly remote?: string };

/** Without its hint: the same subject has the same name in every walk. */
export function nameOf(subject: Subject): string {
  return JSON.stringify(subject.of === 'customer' ? [subject.of, subject.customerId] : subject);
}

/** What a customer of Stripe's looks like, as far as it matters here. */
export function remoteStamp({ digest }: Pick<CompareDeps, 'digest'>, { name, email, owner }: ExternalCustomer): string {
  return stampOf(digest, { name, email }, typeof owner === 'object' ? owner.customerId : owner);
}

/** The same of a customer of ours that Stripe's ought to look like. */
export function stampOf(digest: CompareDeps['digest'], { name, email }: CustomerFields, owner: string): string {
  return digest(JSON.stringify([canonical(name), canonical(email), owner])).slice(0, 16);
}
