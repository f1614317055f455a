import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock, systemRandom } from '#adapters/system/system.ts';
import { getFence } from '#ports/lease-store.ts';
import { LeaseTimeoutError, withLease } from '#use-cases/leases/with-lease.ts';
import { acquire, isFree, isRising, type LeasePromise, mustAcquire, unless } from './lease-store.stage.ts';

/** What holds for several names at once, for many owners, and for those who wait. */
export const manyPromises: readonly LeasePromise[] = [
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
