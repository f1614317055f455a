/** What may go wrong, or only come at a bad moment. */
export type Fault =
  /** A process dies before or after a call that has an effect. */
  | 'crash'
  /** No answer comes from Stripe: to a write, which has had its effect, has it later, or never. */
  | 'unanswered'
  /** Stripe answers 500, before or after the effect, and will say so again under this key. */
  | 'failure'
  /** Stripe answers 429: without effect. */
  | 'no effect'
  /** Stripe does not answer a lookup; or the queue, or Step Functions, does not answer us. */
  | 'outage'
  /** A day passes. */
  | 'day'
  /** A process outlives its lease, its execution's patience, or the time until somebody takes over. */
  | 'overlap'
  /** An execution of the saga ends early. */
  | 'abort'
  /** Records that are read together are not of one moment. */
  | 'torn'
  /** A message is delivered, and will be once more. */
  | 'twice'
  /** A message is worked on while others are. */
  | 'meanwhile';

export const OF_SAGA: readonly Fault[] = [
  'crash',
  'unanswered',
  'failure',
  'no effect',
  'outage',
  'day',
  'overlap',
  'abort',
];
export const OF_SYNC: readonly Fault[] = [
  ...OF_SAGA.filter((fault) => fault !== 'abort'),
  'torn',
  'twice',
  'meanwhile',
];
