import type { Suspect } from './suspect.ts';

/** What was met of one customer of the catalog on one page of it. */
export type Ours = {
  readonly of: 'ours';
  readonly id: string;
  /** `looks`: as Stripe's ought to; `values`: name and email to the letter. */
  readonly customer?: {
    readonly version: number;
    readonly isDeleted: boolean;
    readonly isOwned: boolean;
    readonly looks: string;
    readonly values: string;
  };
  /** `values`: the ones last agreed; `version`: the one that was brought over last. */
  readonly sync?: {
    readonly revision: number;
    readonly externalId?: string;
    readonly isSettled: boolean;
    readonly isAsked: boolean;
    readonly version?: number;
    readonly values?: string;
  };
  /** How many audit entries tell of a change. */
  readonly changes: number;
};

/** What was met of a customer that the catalog's records, Stripe or a link name. */
export type Known =
  | Ours
  | {
      readonly of: 'external';
      readonly id: string;
      readonly externalId: string;
      readonly looks: string;
      readonly isLinked: boolean;
    }
  | { readonly of: 'link'; readonly id: string; readonly externalId: string };

/** Who has an email, or claims it, by the email's hash. */
export type Claimed =
  | { readonly of: 'customer'; readonly hash: string; readonly customerId: string; readonly version: number }
  | { readonly of: 'claim'; readonly hash: string; readonly customerId: string; readonly isReserved: boolean };

/** What a walk keeps of both sides, by what it is matched by: a customer's id, an email's hash, a subject's name. */
export type Tables = { readonly customers: Known; readonly emails: Claimed; readonly suspects: Suspect };
