import type { Problem } from '#domain/problem.ts';

/** Where the request is wrong, what is wrong there, and the sentence for a person. None of them quotes the request. */
const INVALID = {
  unsigned: ['Stripe-Signature', 'is missing', 'The request has no Stripe-Signature header.'],
  malformed: ['Stripe-Signature', 'is malformed', 'The Stripe-Signature header is not of the form t=…,v1=….'],
  signature: ['Stripe-Signature', 'does not match', 'No signature was made from this body with a secret known here.'],
  stale: ['Stripe-Signature', 'is too old', 'The request was signed more than 300 seconds ago.'],
  'not-json': ['', 'is not JSON', 'The body is not JSON.'],
  'not-an-event': ['', 'is not an event of Stripe', 'The body is not an event of Stripe.'],
  mode: ['/livemode', 'is the other mode', 'The event is of the other mode, live or test, than this endpoint.'],
  account: ['', 'is of another account', 'The event is of another Stripe account than this endpoint.'],
} as const;

/** Why a delivery was refused: few and fixed, so that they can be counted by. */
export type RefusalReason = keyof typeof INVALID | 'method' | 'too-large';

/** Anybody's request can be like this, and Stripe's never is. */
const FROM_PASSERS_BY: ReadonlySet<RefusalReason> = new Set(['method', 'too-large', 'unsigned', 'malformed']);

/** The delivery is not believed, or is not for this endpoint. Nothing of it has been kept. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';
  readonly reason: RefusalReason;
  readonly problem: Problem;
  /** Whether it had the looks of Stripe's: then somebody should find out why it was refused. */
  readonly wasSigned: boolean;

  /** `pointer` names the place in the body when that is known better than by the reason. */
  constructor(reason: RefusalReason, pointer?: string) {
    const problem = problemOf(reason, pointer);
    super(problem.detail);
    this.reason = reason;
    this.problem = problem;
    this.wasSigned = !FROM_PASSERS_BY.has(reason);
  }
}

function problemOf(reason: RefusalReason, pointer: string | undefined): Problem {
  if (reason === 'method') return { type: 'method-not-allowed', detail: 'Events are posted.' };
  if (reason === 'too-large') return { type: 'payload-too-large', detail: 'The body is larger than 512 KiB.' };
  const [place, message, detail] = INVALID[reason];
  return { type: 'validation', detail, errors: [{ pointer: pointer ?? place, message }] };
}
