import type { FieldOwners } from '#domain/merge.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { ExternalCustomer, Integration } from '#ports/integration.ts';
import type { Digest } from '#ports/pokes.ts';
import type {
  AttemptRecord,
  CustomerRecord,
  EmailClaimRecord,
  LinkRecord,
  OperationRecord,
  SyncRecord,
} from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';

/** What comparing needs: nothing with which anything could be written but the store itself. */
export type CompareDeps = {
  readonly store: CatalogStore;
  readonly integration: Integration;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly owners: FieldOwners;
  /** What is younger than this is left to those who are at work on it. */
  readonly graceMs: number;
  /** So many customers of one side are compared in one go; more take a run. */
  readonly mostAtOnce: number;
};

/** What an issue may be about. */
export type Subject =
  /** `hint`: a Stripe customer that is linked to it, or marked as its own. */
  | { readonly of: 'customer'; readonly customerId: string; readonly hint?: string }
  | { readonly of: 'external'; readonly externalId: string }
  | { readonly of: 'claim'; readonly emailHash: string }
  | { readonly of: 'operation'; readonly operationId: string };

type Judged = {
  /** ISO 8601: now, and the time before which whatever was due is overdue. */
  readonly now: string;
  readonly overdueAt: string;
};

/** A customer of the catalog, with all that it names and that ought to name it. */
export type CustomerEvidence = Judged & {
  readonly of: 'customer';
  readonly customerId: string;
  readonly owners: FieldOwners;
  readonly customer: CustomerRecord | undefined;
  readonly sync: SyncRecord | undefined;
  /** The claim on its email, the operation that reserved it, and whom it names if that is another customer. */
  readonly claim: EmailClaimRecord | undefined;
  readonly claimOperation: OperationRecord | undefined;
  readonly claimant: CustomerRecord | undefined;
  /** The link of its Stripe customer, and how the other one stands if the link names another. */
  readonly link: LinkRecord | undefined;
  readonly linkedSync: SyncRecord | undefined;
  /** What holds it. */
  readonly operation: OperationRecord | undefined;
  readonly attempt: AttemptRecord | undefined;
  /** Its Stripe customer; absent when it names none. */
  readonly twin: ExternalCustomer | 'unknown' | undefined;
  readonly isTwinUnused: boolean;
  /** Who has the email that Stripe has, if that is another customer. */
  readonly holderId: string | undefined;
  /** How many audit entries tell of a change; at least as many as there are versions. */
  readonly changes: number;
  readonly hint: string | undefined;
};

/** A customer of Stripe's, with whom its link and its metadata name. */
export type ExternalEvidence = Judged & {
  readonly of: 'external';
  readonly externalId: string;
  /** Not deleted. */
  readonly external: ExternalCustomer | undefined;
  readonly link: LinkRecord | undefined;
  readonly linked: Named | undefined;
  readonly named: (Named & { readonly customerId: string }) | undefined;
  readonly isUnused: boolean;
};

export type Named = {
  readonly customer: CustomerRecord | undefined;
  readonly sync: SyncRecord | undefined;
  readonly operation?: OperationRecord | undefined;
  readonly attempt?: AttemptRecord | undefined;
};

export type ClaimEvidence = Judged & {
  readonly of: 'claim';
  readonly emailHash: string;
  readonly claim: EmailClaimRecord;
  /** Whether the customer that it names has this email. */
  readonly isItsEmail: boolean;
  readonly customer: CustomerRecord | undefined;
  readonly operation: OperationRecord | undefined;
};

export type OperationEvidence = Judged & {
  readonly of: 'operation';
  readonly operation: OperationRecord;
  readonly customer: CustomerRecord | undefined;
};

export type Evidence = CustomerEvidence | ExternalEvidence | ClaimEvidence | OperationEvidence;
