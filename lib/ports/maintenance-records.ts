import type { ConsistencyReport } from '#domain/consistency.ts';
import type { ComparisonWalk, RepairWalk, RunRequest, RunStatus } from '#domain/consistency-run.ts';

/** How far the list of Stripe's events has been read. `step` only grows: it fences one sweep from the next. */
export type EventPositionRecord = {
  /** Everything up to then has been read. */
  readonly through: string;
  /** A walk back from `until` that has not come to `through` yet; it goes on after the event `from`. */
  readonly walk?: { readonly until: string; readonly from?: string };
  /** Events from then on were forgotten by Stripe before they were read. */
  readonly unreadSince?: string;
  readonly step: number;
};

/** Counts that transactions keep, each the sum over all shards; those of a time expire. */
export type CounterRecord = {
  /** Customers that are listed. */
  readonly live?: number;
  /** Tries to bring something over that have ended, and those of them that did not succeed. */
  readonly attempts?: number;
  readonly failures?: number;
  readonly expiresAtSeconds?: number;
};

/** When an event that came by a webhook was last taken from the queue, to the minute. */
export type LastWebhookRecord = { readonly receivedAt: string };

/** What comparing both sides in full has told last, and of which account. `step` only grows. */
export type ReconciliationRecord = {
  /** The account and mode that were met first: another one is never repaired. */
  readonly account?: string;
  readonly isLive?: boolean;
  /** As many as the last run found: a side that is suddenly far smaller is not believed. */
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  /** The last scheduled report, its issues cut to so many that it stays one record. */
  readonly report?: ConsistencyReport;
  readonly step: number;
};

/** How far the catalog has been looked through for what was left over. `step` only grows: it fences one run from the next. */
export type CleanupPositionRecord = {
  /** Where the walk goes on; at the beginning when there is none. */
  readonly from?: string;
  readonly step: number;
};

/** How many notes one step of a run has written, under a number that no other step has. */
export type StepNotes = readonly [step: number, count: number];

/** The truth about a comparison that takes more than one go; the state machine only drives it. */
export type ConsistencyRunRecord = {
  readonly id: string;
  readonly request: RunRequest;
  /** Its report is kept as the last scheduled one. */
  readonly isScheduled?: true;
  readonly status: RunStatus;
  /** Why it was refused. */
  readonly reason?: string;
  /** The executor that may work; each new one raises it. */
  readonly fence: number;
  /** Raised by whoever begins to work: only what was written under the steps that ended well is ever read. */
  readonly step: number;
  readonly walk: ComparisonWalk;
  readonly repair?: RepairWalk;
  /** How many customers there were on one side when both were compared last. */
  readonly expectedCustomers: number;
  /** Since when events had been forgotten unread, when it began. */
  readonly unreadSince?: string;
  /** What was put into buckets, and how much of it has been read there again. */
  readonly buckets: {
    readonly count: number;
    readonly notes: readonly StepNotes[];
    readonly put: number;
    readonly read: number;
  };
  readonly findings: { readonly notes: readonly StepNotes[]; readonly count: number };
  readonly outcomes: { readonly notes: readonly StepNotes[]; readonly count: number };
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly dueAt?: string;
  readonly expiresAtSeconds: number;
};

/** Which run was begun last. */
export type LatestRunRecord = { readonly runId: string };
