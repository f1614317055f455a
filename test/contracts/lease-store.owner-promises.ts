import { getFence } from '#ports/lease-store.ts';
import { isFree, isRising, type LeasePromise, mustAcquire, unless } from './lease-store.stage.ts';

/** What a lease means to its owner and to everybody else. */
export const ownerPromises: readonly LeasePromise[] = [
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
];

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
