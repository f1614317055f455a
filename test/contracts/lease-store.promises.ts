import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock, systemRandom } from '#adapters/system/system.ts';
import { getFence, type Lease, type LeaseStore } from '#ports/lease-store.ts';
import { LeaseTimeoutError, withLease } from '#use-cases/leases/with-lease.ts';
import type { ManualClock } from './manual-clock.ts';

/** A store, the clock that decides its expiries, and two names that nobody has held yet. */
type Stage = { readonly store: LeaseStore; readonly clock: ManualClock; readonly a: string; readonly b: string };

/** One promise of the port, and how a store breaks it: an empty list when it is kept. */
export type LeasePromise = {
  readonly promise: string;
  readonly violations: (stage: Stage) => Promise<readonly string[]>;
};

const unless = (holds: boolean, violation: string) => (holds ? [] : [violation]);

/** For ten seconds. */
function acquire({ store }: Stage, names: readonly string[], owner: string): Promise<Lease | undefined> {
  return store.tryAcquire(names, owner, 10_000);
}

async function mustAcquire(stage: Stage, names: readonly string[], owner: string): Promise<Lease> {
  const lease = await acquire(stage, names, owner);
  if (lease === undefined) throw new Error(`${owner} does not get what is free`);
  return lease;
}

async function isFree(stage: Stage, name: string): Promise<boolean> {
  const lease = await acquire(stage, [name], `passer-by ${randomUUID()}`);
  if (lease !== undefined) await stage.store.release(lease);
  return lease !== undefined;
}

export const leasePromises: readonly LeasePromise[] = [
  {
    promise: 'gives a name to one owner, until it is given back',
    async violations(stage) {
      const lease = await mustAcquire(stage, [stage.a], 'ann');
      const whileHeld = await isFree(stage, stage.a);
      const isOtherFree = await isFree(stage, stage.b);
      const isReleased = await stage.store.release(lease);
      return [
        ...unless(!whileHeld, 'two owners at once'),
        ...unless(isOtherFree, 'a lease on one name holds another'),
        ...unless(isReleased && (await isFree(stage, stage.a)), 'a name that was given back is not free'),
      ];
    },
  },
  {
    promise: 'lets others take a name from the moment of expiry, though its record still exists, and not before',
    async violations(stage) {
      const lease = await mustAcquire(stage, [stage.a], 'ann');
      await stage.clock.pass(9_999);
      const before = await isFree(stage, stage.a);
      await stage.clock.pass(1);
      return [
        ...unless(!before, 'taken over before it expired'),
        ...unless(lease.expiresAtMs === stage.clock.nowMs(), 'it tells another expiry'),
        ...unless(await isFree(stage, stage.a), 'an expired lease still holds'),
      ];
    },
  },
  {
    promise: 'raises the fence at every takeover',
    async violations(stage) {
      const fences: number[] = [];
      for (const owner of ['ann', 'ben', 'ann', 'cid']) {
        fences.push(getFence(await mustAcquire(stage, [stage.a], owner), stage.a));
        await stage.clock.pass(10_000);
      }
      return unless(isRising(fences), `fences ${fences}`);
    },
  },
  {
    promise: 'raises the fence after every release',
    async violations(stage) {
      const fences: number[] = [];
      for (const owner of ['ann', 'ann', 'ben', 'ann']) {
        const lease = await mustAcquire(stage, [stage.a], owner);
        fences.push(getFence(lease, stage.a));
        await stage.store.release(lease);
      }
      return unless(isRising(fences), `fences ${fences}`);
    },
  },
  {
    promise: 'refuses release and renewal by a stranger',
    async violations(stage) {
      const lease = await mustAcquire(stage, [stage.a], 'ann');
      const theirs = { ...lease, owner: 'stranger' };
      const answer = await stage.store.release(theirs);
      const renewed = await stage.store.renew(theirs, 10_000);
      return [
        ...unless(!answer, 'the stranger is told that it is released'),
        ...unless(renewed === undefined, 'the stranger renews'),
        ...unless(!(await isFree(stage, stage.a)), 'it is released'),
      ];
    },
  },
  {
    promise: 'lets the owner enter again under the same fence, and holds it longer, never shorter',
    async violations(stage) {
      const first = await mustAcquire(stage, [stage.a], 'ann');
      await stage.clock.pass(6_000);
      const again = await mustAcquire(stage, [stage.a], 'ann');
      await stage.store.tryAcquire([stage.a], 'ann', 1);
      await stage.store.renew(again, 1);
      await stage.clock.pass(9_999);
      const before = await isFree(stage, stage.a);
      await stage.clock.pass(1);
      return [
        ...unless(getFence(first, stage.a) === getFence(again, stage.a), 'the fence of a held name changed'),
        ...unless(!before, 'it expired early'),
        ...unless(await isFree(stage, stage.a), 'it did not expire'),
      ];
    },
  },
  {
    promise: 'keeps the fence of a name that the owner holds, when it takes another one too',
    async violations(stage) {
      const first = await mustAcquire(stage, [stage.a], 'ann');
      const both = await mustAcquire(stage, [stage.b, stage.a], 'ann');
      const renewed = await stage.store.renew(first, 10_000);
      return [
        ...unless(getFence(both, stage.a) === getFence(first, stage.a), 'the fence of a held name changed'),
        ...unless(renewed !== undefined, 'the first lease is lost'),
        ...unless(!(await isFree(stage, stage.b)), 'the other name is not held'),
      ];
    },
  },
  {
    promise: 'renews only what is still held',
    async violations(stage) {
      const lease = await mustAcquire(stage, [stage.a], 'ann');
      await stage.clock.pass(9_000);
      const renewed = await stage.store.renew(lease, 10_000);
      await stage.clock.pass(9_000);
      const whileRenewed = await isFree(stage, stage.a);
      await stage.clock.pass(1_000);
      const expired = await stage.store.renew(renewed ?? lease, 10_000);
      const next = await mustAcquire(stage, [stage.a], 'ann');
      await stage.store.release(next);
      return [
        ...unless(renewed?.expiresAtMs === lease.expiresAtMs + 9_000, 'it is not extended'),
        ...unless(!whileRenewed, 'others get a renewed name'),
        ...unless(expired === undefined, 'an expired lease is renewed'),
        ...unless((await stage.store.renew(next, 10_000)) === undefined, 'a released lease is renewed'),
        ...unless(await isFree(stage, stage.a), 'a refused renewal holds the name'),
      ];
    },
  },
  {
    promise: 'renews all the names of a lease or none',
    async violations(stage) {
      const both = await mustAcquire(stage, [stage.a, stage.b], 'ann');
      await stage.clock.pass(5_000);
      const one = await mustAcquire(stage, [stage.b], 'ann');
      await stage.clock.pass(5_000);
      const renewed = await stage.store.renew(both, 60_000);
      await stage.clock.pass(5_000);
      return [
        ...unless(getFence(one, stage.b) === getFence(both, stage.b), 'the fence of a held name changed'),
        ...unless(renewed === undefined, 'renewed though a name had expired'),
        ...unless(await isFree(stage, stage.b), 'the refused renewal extended a name'),
      ];
    },
  },
  {
    promise: 'refuses an old owner that wakes late, by its fence',
    async violations(stage) {
      const old = await mustAcquire(stage, [stage.a], 'ann');
      await stage.clock.pass(10_000);
      const next = await mustAcquire(stage, [stage.a], 'ben');
      const register = fencedRegister();
      register.write(getFence(next, stage.a));
      return [
        ...unless(!register.write(getFence(old, stage.a)), 'its late write is accepted'),
        ...unless((await stage.store.renew(old, 10_000)) === undefined, 'it renews'),
        ...unless(!(await stage.store.release(old)), 'it releases'),
        ...unless((await stage.store.renew(next, 10_000)) !== undefined, 'its successor is disturbed'),
      ];
    },
  },
  {
    promise: 'refuses an old process of the same owner, by its fence',
    async violations(stage) {
      const old = await mustAcquire(stage, [stage.a], 'ann');
      await stage.clock.pass(10_000);
      const next = await mustAcquire(stage, [stage.a], 'ann');
      return [
        ...unless(getFence(next, stage.a) > getFence(old, stage.a), 'it has the same fence'),
        ...unless((await stage.store.renew(old, 10_000)) === undefined, 'it renews'),
        ...unless(!(await stage.store.release(old)), 'it releases'),
        ...unless(!(await isFree(stage, stage.a)), 'its successor is disturbed'),
        ...unless(await stage.store.release(next), 'its successor cannot release'),
      ];
    },
  },
  {
    promise: 'takes all the names or none',
    async violations(stage) {
      const held = await mustAcquire(stage, [stage.b], 'ann');
      const refused = await acquire(stage, [stage.a, stage.b], 'ben');
      const otherOrder = await acquire(stage, [stage.b, stage.a], 'ben');
      const isRestFree = await isFree(stage, stage.a);
      await stage.store.release(held);
      const both = await acquire(stage, [stage.a, stage.b], 'ben');
      const areHeld = !(await isFree(stage, stage.a)) && !(await isFree(stage, stage.b));
      return [
        ...unless(refused === undefined && otherOrder === undefined, 'it takes what another holds'),
        ...unless(isRestFree, 'it keeps a part'),
        ...unless(both !== undefined && areHeld, 'it does not take all that are free'),
      ];
    },
  },
  {
    promise: 'gives back what is left of a lease, when another owner has taken a part over',
    async violations(stage) {
      const both = await mustAcquire(stage, [stage.a, stage.b], 'ann');
      await stage.clock.pass(5_000);
      await mustAcquire(stage, [stage.b], 'ann');
      await stage.clock.pass(5_000);
      await mustAcquire(stage, [stage.a], 'ben');
      const answer = await stage.store.release(both);
      return [
        ...unless(!answer, 'it tells that all was its own'),
        ...unless(await isFree(stage, stage.b), 'the rest is still held'),
        ...unless(!(await isFree(stage, stage.a)), 'the other owner is disturbed'),
      ];
    },
  },
  {
    promise: 'can release twice, and never for a later holder',
    async violations(stage) {
      const lease = await mustAcquire(stage, [stage.a], 'ann');
      const answers = [await stage.store.release(lease), await stage.store.release(lease)];
      await mustAcquire(stage, [stage.a], 'ann');
      return [
        ...unless(answers.every(Boolean), 'a repeated release is refused'),
        ...unless(!(await stage.store.release(lease)), 'a late release is accepted'),
        ...unless(!(await isFree(stage, stage.a)), 'a late release frees the later holder'),
      ];
    },
  },
  {
    promise: 'lets one of 50 racing owners win: a new name, one given back, an expired one',
    async violations(stage) {
      const race = async () => {
        const racers = Array.from({ length: 50 }, (_, index) => acquire(stage, [stage.a, stage.b], `racer ${index}`));
        return (await Promise.all(racers)).filter((lease) => lease !== undefined);
      };
      const fresh = await race();
      await Promise.all(fresh.map((lease) => stage.store.release(lease)));
      const given = await race();
      await stage.clock.pass(10_000);
      const winners = [fresh, given, await race()];
      const fences = winners.flatMap(([lease]) => (lease === undefined ? [] : [getFence(lease, stage.a)]));
      return [
        ...unless(
          winners.every(({ length }) => length === 1),
          `${winners.map(({ length }) => length)} winners`,
        ),
        ...unless(isRising(fences), `fences ${fences}`),
      ];
    },
  },
  {
    promise: 'lets owners who want the same names in opposite orders all get on, one at a time',
    async violations(stage) {
      const inside = { now: 0, most: 0 };
      const work = async (owner: string, names: readonly string[]): Promise<number> => {
        let done = 0;
        for (let tries = 0; tries < 2_000 && done < 5; tries += 1) {
          const lease = await acquire(stage, names, owner);
          await turn();
          if (lease === undefined) continue;
          inside.now += 1;
          inside.most = Math.max(inside.most, inside.now);
          await turn();
          inside.now -= 1;
          done += 1;
          await stage.store.release(lease);
        }
        return done;
      };
      const [ann, ben] = await Promise.all([work('ann', [stage.a, stage.b]), work('ben', [stage.b, stage.a])]);
      return [
        ...unless(ann === 5 && ben === 5, `they got in ${ann} and ${ben} times of 5`),
        ...unless(inside.most <= 1, 'both were inside'),
      ];
    },
  },
  {
    promise: 'lets a waiting owner time out, with nothing taken',
    async violations(stage) {
      await mustAcquire(stage, [stage.b], 'ann');
      const deps = { leases: stage.store, clock: systemClock, random: systemRandom, log: { warn: () => {} } };
      const options = { durationMs: 10_000, waitMs: 60 };
      const end = await withLease(deps, [stage.a, stage.b], options, async () => 'worked').catch((error) => error);
      return [
        ...unless(end instanceof LeaseTimeoutError, `it ended with ${end}`),
        ...unless(await isFree(stage, stage.a), 'a part stays held'),
      ];
    },
  },
  {
    promise: 'takes any name, once when it is given twice, and refuses slips of the caller',
    async violations(stage) {
      const odd = ['7', '__proto__', 'toString', 'Zürich #1'];
      const names = [...odd, ...odd];
      const owner = randomUUID();
      const lease = await mustAcquire(stage, names, owner);
      const renewed = await stage.store.renew(lease, 10_000);
      const slips = [
        () => stage.store.tryAcquire([], owner, 1),
        () => stage.store.tryAcquire([''], owner, 1),
        () => stage.store.tryAcquire(['x'.repeat(513)], owner, 1),
        () => stage.store.tryAcquire(Array.from({ length: 101 }, String), owner, 1),
        () => stage.store.tryAcquire([stage.a], owner, 0),
        () => stage.store.tryAcquire([stage.a], owner, Number.NaN),
        () => stage.store.renew(lease, -1),
      ];
      const ends = await Promise.all(slips.map((slip) => slip().catch((error: Error) => error)));
      return [
        ...unless(
          odd.every((name) => getFence(lease, name) > 0),
          'a name has no fence',
        ),
        ...unless(renewed !== undefined, 'it cannot be renewed'),
        ...unless(await stage.store.release(lease), 'it cannot be released'),
        ...unless(
          ends.every((end) => end instanceof RangeError),
          `slips end with ${ends}`,
        ),
      ];
    },
  },
];

function isRising(fences: readonly number[]): boolean {
  return fences.every((fence, index) => index === 0 || fence > (fences[index - 1] as number));
}

/** Something that a lease protects: it remembers the highest fence it has seen. */
function fencedRegister() {
  let highest = 0;
  return {
    write(fence: number): boolean {
      if (fence < highest) return false;
      highest = fence;
      return true;
    },
  };
}
