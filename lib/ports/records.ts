import type {
  Conflict,
  Customer,
  CustomerFields,
  CustomerStatus,
  IntegrationState,
  SyncStatus,
} from '#domain/customer.ts';
import type { NormalizedEmail } from '#domain/email.ts';
import type { ByIntegration, IntegrationName } from '#domain/integrations.ts';
import type { OperationKind, OperationStatus, OperationStep } from '#domain/operation.ts';
import type { Problem } from '#domain/problem.ts';
import type {
  CleanupPositionRecord,
  ConsistencyRunRecord,
  CounterRecord,
  EventPositionRecord,
  LastWebhookRecord,
  LatestRunRecord,
  ReconciliationRecord,
} from './maintenance-records.ts';

/** The customer itself. `owner` is the protected operation that holds it; nobody else may change it meanwhile. */
export type CustomerRecord = CustomerFields & {
  readonly id: string;
  readonly status: CustomerStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly owner?: string;
  /** Present on customers that are listed. */
  readonly listKey?: string;
};

/**
 * How a customer stands with an integration. Its revision is the fence of sync runs and only grows: each run raises it, and
 * whoever owes something to the customer while none is live.
 */
export type SyncRecord = {
  readonly status: SyncStatus;
  readonly externalId?: string;
  /** Per field, the last value on which both sides were known to agree. */
  readonly base?: CustomerFields;
  readonly revision: number;
  /** The live run: who works on this customer, and until when. */
  readonly runId?: string;
  readonly runExpiresAt?: string;
  /** Somebody asked while a run or an operation was busy. */
  readonly lookAgain?: boolean;
  /** The one attempt whose outcome is not yet known. */
  readonly attemptKey?: string;
  readonly tries: number;
  readonly dueAt?: string;
  /** When a try that has failed is made again. Not `dueAt`: that is for what is owed a first look. */
  readonly retryAt?: string;
  /** Since when both sides are not known to agree: there exactly while the status is not `synced`. */
  readonly apartSince?: string;
  /** The customer is a tombstone: what is owed is its delete. */
  readonly isTombstone?: true;
  /** The external customer is deleted. */
  readonly isGone?: boolean;
  readonly lastSyncedAt?: string;
  readonly lastAttemptAt?: string;
  readonly lastError?: string;
  readonly syncedVersion?: number;
  /** Values of the other side that lost and stand in the audit already: they are not audited again. */
  readonly seen?: Partial<CustomerFields>;
  /** What another integration has emptied here, and this one is to empty too: else what is missing is never sent. */
  readonly emptied?: readonly (keyof CustomerFields)[];
  /** The external customer does not carry our ownership yet. */
  readonly isUnmarked?: boolean;
  /** The latest events whose effect has been read, newest first: they are no news when they come again. */
  readonly events?: readonly string[];
  readonly conflict?: Conflict;
  /** Who waits for this customer's email to become free. */
  readonly awaited?: { readonly customerId: string; readonly email: NormalizedEmail };
};

/** A write to the integration, recorded before it is sent: key and parameters never change. */
export type AttemptRecord = {
  readonly kind: OperationKind;
  /** Whom it changes; a create has none yet. */
  readonly externalId?: string;
  /** What it sends; nothing when it deletes. */
  readonly fields: Partial<CustomerFields>;
  /** What Stripe was known to have in these fields: anything else that it replaces is a value nobody here has seen. */
  readonly expected?: Partial<CustomerFields>;
  /** It also writes our ownership on the external customer. */
  readonly isMarking?: boolean;
  /** The version of the customer that it brings over. */
  readonly version: number;
  readonly since: string;
  readonly lastSentAt: string;
  readonly outcome: 'open' | 'accepted' | 'rejected' | 'lost';
  readonly expiresAtSeconds?: number;
};

/** Who changed what. One entry per committed change, in its transaction. */
export type AuditRecord = {
  readonly at: string;
  readonly cause: 'api' | 'webhook' | 'maintenance';
  readonly operationId?: string;
  readonly before: CustomerFields | null;
  readonly after: CustomerFields | null;
  /** Values of the other side that this change replaced. */
  readonly overruled?: Partial<CustomerFields>;
  /** The customer of the other side that ours was linked to by hand. */
  readonly linkedTo?: string;
  readonly stripeRequestId?: string;
  readonly stripeEventId?: string;
};

/** Makes an email unique. `reserved`: for an unfinished operation; `held`: by a live customer. */
export type EmailClaimRecord = {
  readonly state: 'reserved' | 'held';
  readonly customerId: string;
  readonly operationId?: string;
};

/**
 * Ties an external customer to ours, one to one. Only ever updated, never replaced. While it names nobody, it takes the
 * runs that find out whose customer it is; their revision only grows.
 */
export type LinkRecord = {
  readonly customerId?: string;
  readonly revision?: number;
  readonly runId?: string;
  readonly runExpiresAt?: string;
  readonly lookAgain?: boolean;
  readonly tries?: number;
  readonly dueAt?: string;
};

/** What a request is answered when it has had its effect. */
export type FinalReply =
  | { readonly is: 'created' | 'updated'; readonly customer: Customer }
  | { readonly is: 'deleted'; readonly customerId: string };

/** Identifies a request's work across processes: to its operation, or to its frozen reply. */
export type RequestKeyRecord = {
  readonly fingerprint: string;
  readonly requestId: string;
  readonly operationId?: string;
  readonly reply?: FinalReply;
  readonly expiresAtSeconds: number;
};

/** The truth about a protected operation; the state machine only drives it. */
export type OperationRecord = {
  readonly id: string;
  /** By which version's rules it is ended; the first when it is not said. */
  readonly format?: number;
  readonly kind: OperationKind;
  readonly customerId: string;
  readonly status: OperationStatus;
  readonly before: CustomerFields | null;
  readonly after: CustomerFields | null;
  /** The customer's version while the operation holds it. */
  readonly version: number;
  readonly customerCreatedAt: string;
  /** What is sent to change an external customer. */
  readonly fields?: Partial<CustomerFields>;
  /** What the other side was last known to have, and so what the change is expected to replace there. */
  readonly base?: CustomerFields;
  /** The executor that may write; each new one raises it. */
  readonly fence: number;
  /** Numbers the Stripe keys of this operation: `<id>:<attempt>`. */
  readonly attempt: number;
  readonly attemptSince: string;
  /** When the latest request was begun. */
  readonly lastSentAt: string;
  /** Requests begun, and requests answered, under the present key: the difference may still be on its way. */
  readonly sent: number;
  readonly answered: number;
  /** Whether the latest request was answered. */
  readonly isAnswered?: boolean;
  /** When the latest one before it was begun that was not. */
  readonly lastUnknownAt?: string;
  /** An answer left open whether it happened. */
  readonly mayHaveLanded?: boolean;
  readonly steps: readonly OperationStep[];
  readonly problem?: Problem;
  readonly externalId?: string;
  /** How the customer will stand with the followers once the operation has succeeded, as its reply shows it. */
  readonly followers?: Partial<ByIntegration<IntegrationState>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly dueAt?: string;
  readonly expiresAtSeconds?: number;
};

/**
 * Who holds a name, and until when. The fence outlives every holder, so the expiry is not named `expiresAtSeconds`:
 * the table itself would remove the record.
 */
export type LeaseRecord = { readonly fence: number; readonly owner?: string; readonly expiresAtMs?: number };

/** Every type of record in the catalog. */
export type Records = {
  readonly customer: CustomerRecord;
  readonly sync: SyncRecord;
  readonly attempt: AttemptRecord;
  readonly audit: AuditRecord;
  readonly emailClaim: EmailClaimRecord;
  readonly link: LinkRecord;
  readonly requestKey: RequestKeyRecord;
  readonly operation: OperationRecord;
  readonly lease: LeaseRecord;
  readonly eventPosition: EventPositionRecord;
  readonly counter: CounterRecord;
  readonly lastWebhook: LastWebhookRecord;
  readonly reconciliation: ReconciliationRecord;
  readonly cleanupPosition: CleanupPositionRecord;
  readonly consistencyRun: ConsistencyRunRecord;
  readonly latestRun: LatestRunRecord;
};

/** What names a record. */
export type RecordKey =
  | { readonly type: 'customer'; readonly customerId: string }
  | { readonly type: 'sync'; readonly customerId: string; readonly integration: IntegrationName }
  | { readonly type: 'attempt'; readonly customerId: string; readonly key: string }
  | { readonly type: 'audit'; readonly customerId: string; readonly entryId: string }
  | { readonly type: 'emailClaim'; readonly email: NormalizedEmail }
  /** The same record, by the SHA-256 of its email in hexadecimal: as whoever finds it by a scan knows it. */
  | { readonly type: 'emailClaim'; readonly emailHash: string }
  | { readonly type: 'link'; readonly integration: IntegrationName; readonly externalId: string }
  | { readonly type: 'requestKey'; readonly scope: string; readonly key: string }
  /** The same record, by the SHA-256 that stands for scope and key: as a scan tells of it. */
  | { readonly type: 'requestKey'; readonly keyHash: string }
  | { readonly type: 'operation'; readonly operationId: string }
  | { readonly type: 'lease'; readonly name: string }
  /** Without the name of an integration, the gate's. */
  | { readonly type: 'eventPosition'; readonly integration?: IntegrationName }
  | { readonly type: 'counter'; readonly name: string; readonly shard: number }
  | { readonly type: 'lastWebhook'; readonly integration: IntegrationName }
  | { readonly type: 'reconciliation' }
  | { readonly type: 'cleanupPosition' }
  | { readonly type: 'consistencyRun'; readonly runId: string }
  | { readonly type: 'latestRun' };

export type RecordOf<Key extends RecordKey> = Records[Key['type']];
