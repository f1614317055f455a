import type { FairShares } from '#adapters/http/fair-shares.ts';
import type { Clock } from '#ports/system.ts';
import { seededRandom } from '../../simulation/seeded-random.ts';

/** Somebody who calls from so many places at once, each of which waits for its answer, and then for `pauseMs`. */
export type Caller = {
  readonly name: string;
  readonly places: number;
  readonly pauseMs: number;
  readonly workMs: number;
};

/** What became of a caller's requests. */
export type Answers = { sent: number; served: number; turnedAway: number; foundNoRoom: number };

type Pool = {
  readonly environments: number;
  readonly seconds: number;
  readonly callers: readonly Caller[];
  readonly sharesOf: (clock: Clock) => FairShares;
};

/** From the caller to an environment, or back. */
const WAY_MS = 10;
const REFUSAL_MS = 1;

/**
 * A function's environments as Lambda has them, on a clock of its own: each serves one request at a time, any free one
 * takes the next, and a request that finds none free is answered at once.
 */
export function callPool({ environments: count, seconds, callers, sharesOf }: Pool): Record<string, Answers> {
  const { fraction: random, pick } = seededRandom(1);
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, sleep: () => Promise.reject(new Error('Nobody sleeps here.')) };
  const events: { readonly atMs: number; readonly happen: () => void }[] = [];
  const inMs = (ms: number, happen: () => void) => events.push({ atMs: nowMs + ms, happen });
  const pool = Array.from({ length: count }, () => ({ isFree: true, shares: sharesOf(clock) }));
  const answers: Record<string, Answers> = {};

  function send(caller: Caller, told: Answers): void {
    const sentAtMs = nowMs;
    const goOn = () => inMs(WAY_MS + caller.pauseMs, () => send(caller, told));
    told.sent += 1;
    inMs(WAY_MS, () => {
      const free = pool.filter(({ isFree }) => isFree);
      const environment = free.length > 0 ? pick(free) : undefined;
      if (environment === undefined) {
        told.foundNoRoom += 1;
        return goOn();
      }
      const beganMs = nowMs;
      const isAdmitted = environment.shares.admits(caller.name, sentAtMs);
      environment.isFree = false;
      inMs(isAdmitted ? caller.workMs * (0.5 + random()) : REFUSAL_MS, () => {
        if (isAdmitted) environment.shares.note(caller.name, beganMs);
        told[isAdmitted ? 'served' : 'turnedAway'] += 1;
        environment.isFree = true;
        goOn();
      });
    });
  }

  for (const caller of callers) {
    const told = { sent: 0, served: 0, turnedAway: 0, foundNoRoom: 0 };
    answers[caller.name] = told;
    for (let place = 0; place < caller.places; place += 1) inMs(random() * 100, () => send(caller, told));
  }
  while (nowMs < seconds * 1000) {
    const next = events.reduce((first, event) => (event.atMs < first.atMs ? event : first));
    events.splice(events.indexOf(next), 1);
    nowMs = next.atMs;
    next.happen();
  }
  return answers;
}
