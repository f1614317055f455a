/** `remaining`: those that were to be tried, and were not. `skipped`: somebody else is at work on them. */
export type RetryReport = {
  readonly retried: number;
  readonly succeeded: number;
  readonly stillFailing: number;
  readonly remaining: number;
  readonly skipped?: true;
};
