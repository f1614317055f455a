/**
 * What became of one customer or row; of a trial, what would:
 * - `imported`: it is in the catalog now, both sides agree, and Stripe's customer carries our metadata.
 * - `already-in`: it was so before.
 * - `in-conflict`: it is in the catalog without its email, which another customer has.
 * - `owed`: not all of it is done, and what is not stands due in the catalog: the schedules go on with it.
 * - `left`: it is not ours to import.
 * - `refused`: nothing of it was written.
 */
export type ImportOutcome = 'imported' | 'already-in' | 'in-conflict' | 'owed' | 'left' | 'refused';

export type ImportResult = {
  readonly is: ImportOutcome;
  /** Where in the file. */
  readonly line?: number | undefined;
  readonly email?: string | null | undefined;
  readonly externalId?: string | undefined;
  readonly customerId?: string | undefined;
  /** Who has the email. */
  readonly otherCustomerId?: string | undefined;
  readonly otherExternalId?: string | undefined;
  readonly reason?: string | undefined;
  /** Another process has a run on it that has not ended: it is worth another try soon. */
  readonly isInHand?: boolean | undefined;
};

export type ImportOptions = {
  /** Only reads, and tells what would be. */
  readonly isTrial: boolean;
  /** Whether whoever asked for the import has asked it to end. */
  readonly isStopped: () => boolean;
};

/** Told of each result once. */
export type Tell = (result: ImportResult) => void;
