import type { Plan } from './plan.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How likely each fault is, each time that it could happen. */
export type Faults = {
  /** The process dies at a call, before or after the call took effect. */
  readonly crash: number;
  /** The call takes effect, but no answer comes. */
  readonly lostReply: number;
  /** The call has no effect, and no answer comes. */
  readonly lostRequest: number;
  /** A request to Stripe takes effect only some time after its sender has given up. */
  readonly lateRequest: number;
  /** Stripe answers 500, before or after the effect. */
  readonly stripeError: number;
  /** One process hangs at a call, while others go on. */
  readonly stall: number;
  /** Everybody stands still. */
  readonly pause: number;
  /** How long at most, either of them. */
  readonly standstillMs: number;
  /** A poke is delivered, and will be once more. */
  readonly duplicate: number;
  /** An execution of the saga is aborted before its next state. */
  readonly abort: number;
  /** Records that are read together are not of one moment: a batch of DynamoDB's is not isolated. */
  readonly tornRead: number;
};

export const NO_FAULTS: Faults = {
  ...{ crash: 0, lostReply: 0, lostRequest: 0, lateRequest: 0 },
  ...{ stripeError: 0, stall: 0, pause: 0, duplicate: 0, abort: 0, tornRead: 0 },
  standstillMs: 120_000,
};

/** About one fault in a dozen calls. */
export const ROUGH_WEATHER: Faults = {
  ...NO_FAULTS,
  ...{ crash: 0.02, lostReply: 0.02, lostRequest: 0.01, lateRequest: 0.1 },
  ...{ stripeError: 0.05, stall: 0.03, pause: 0.01, duplicate: 0.1, abort: 0.05, tornRead: 0.2 },
};

/** Processes hang, and Stripe's answers are late or lost, far more often. */
export const STORM: Faults = { ...ROUGH_WEATHER, lostReply: 0.05, lateRequest: 0.3, stall: 0.1 };

/** Stripe is away more often than not: what was begun is given up. */
export const OUTAGE: Faults = { ...ROUGH_WEATHER, stripeError: 0.6, lateRequest: 0.3, lostRequest: 0.1 };

/** Now and then everything stands still for more than a day: keys and leases are too old for anything. */
export const LOST_DAYS: Faults = { ...STORM, pause: 0.01, stall: 0.02, standstillMs: 30 * 3600_000 };

/** The kinds of faults that a plan has. */
export function plannedFaults(faults: Faults, plan: Plan): Faults {
  const kinds = Object.entries(faults).map(([kind, chance]) => {
    const isKind = kind !== 'standstillMs' && chance > 0;
    return [kind, isKind && !plan.happens(kind) ? 0 : chance];
  });
  return Object.fromEntries(kinds);
}

/** What becomes of one call. */
export type Fate = 'happens' | 'dies before' | 'dies after' | 'reply lost' | 'request lost' | 'late';

export function drawFate(random: SeededRandom, faults: Faults, mayBeLate: boolean): Fate {
  const drawn = random.fraction();
  let bound = 0;
  const within = (probability: number) => {
    bound += probability;
    return drawn < bound;
  };
  if (within(faults.crash / 2)) return 'dies before';
  if (within(faults.crash / 2)) return 'dies after';
  if (within(faults.lostReply)) return 'reply lost';
  if (within(faults.lostRequest)) return 'request lost';
  return mayBeLate && within(faults.lateRequest) ? 'late' : 'happens';
}
