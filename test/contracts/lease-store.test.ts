import { setImmediate as turn } from 'node:timers/promises';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import type { Lease, LeaseStore } from '#ports/lease-store.ts';
import type { Clock } from '#ports/system.ts';
import { type MakeLeaseStore, violationsOf } from './lease-store.contract.ts';
import { leasePromises } from './lease-store.promises.ts';

/** A store that is right but for what is said otherwise. */
function brokenBy(breakIt: (right: LeaseStore, clock: Clock) => Partial<LeaseStore>): MakeLeaseStore {
  return (clock) => {
    const right = new MemoryLeaseStore(clock);
    return {
      tryAcquire: (names, owner, durationMs) => right.tryAcquire(names, owner, durationMs),
      renew: (lease, durationMs) => right.renew(lease, durationMs),
      release: (lease) => right.release(lease),
      ...breakIt(right, clock),
    };
  };
}

/** Remembers the latest lease on each set of names. */
function remembering(right: LeaseStore) {
  const latest = new Map<string, Lease>();
  const key = (names: readonly string[]) => JSON.stringify([...names].sort());
  return {
    of: ({ fences }: Lease) => latest.get(key(Object.keys(fences))) as Lease,
    async tryAcquire(names: readonly string[], owner: string, durationMs: number) {
      const lease = await right.tryAcquire(names, owner, durationMs);
      if (lease !== undefined) latest.set(key(names), lease);
      return lease;
    },
  };
}

const showing = (lease: Lease | undefined, fence: number): Lease | undefined =>
  lease && { ...lease, fences: Object.fromEntries(Object.keys(lease.fences).map((name) => [name, fence])) };

/** Negative controls: stores that lack one rule, and a promise that each of them must be seen to break. */
const CONTROLS: readonly { lacks: string; breaks: string; makeStore: MakeLeaseStore }[] = [
  {
    lacks: 'fences',
    breaks: 'raises the fence at every takeover',
    makeStore: brokenBy((right) => {
      const { tryAcquire, of } = remembering(right);
      return {
        tryAcquire: async (...request) => showing(await tryAcquire(...request), 1),
        renew: async (lease, durationMs) =>
          showing(await right.renew({ ...of(lease), owner: lease.owner }, durationMs), 1),
        release: (lease) => right.release({ ...of(lease), owner: lease.owner }),
      };
    }),
  },
  {
    lacks: 'a memory for the fences of what was given back',
    breaks: 'raises the fence after every release',
    makeStore: (clock) => {
      let inner = new MemoryLeaseStore(clock);
      return {
        tryAcquire: (...request) => inner.tryAcquire(...request),
        renew: (...request) => inner.renew(...request),
        async release(lease) {
          const isReleased = await inner.release(lease);
          if (isReleased) inner = new MemoryLeaseStore(clock);
          return isReleased;
        },
      };
    },
  },
  {
    lacks: 'the check for strangers',
    breaks: 'refuses release and renewal by a stranger',
    makeStore: brokenBy((right) => {
      const { tryAcquire, of } = remembering(right);
      return { tryAcquire, release: (lease) => right.release(of(lease)) };
    }),
  },
  {
    lacks: 'the fence in the check for strangers',
    breaks: 'refuses an old process of the same owner, by its fence',
    makeStore: brokenBy((right) => {
      const { tryAcquire, of } = remembering(right);
      return {
        tryAcquire,
        renew: (lease, durationMs) => right.renew({ ...of(lease), owner: lease.owner }, durationMs),
        release: (lease) => right.release({ ...of(lease), owner: lease.owner }),
      };
    }),
  },
  {
    lacks: 'expiry',
    breaks: 'lets others take a name from the moment of expiry, though its record still exists, and not before',
    makeStore: (clock) => {
      const beganAtMs = clock.nowMs();
      return new MemoryLeaseStore({ ...clock, nowMs: () => beganAtMs });
    },
  },
  {
    lacks: 'the check that a renewed lease is still held',
    breaks: 'renews only what is still held',
    makeStore: brokenBy((right) => ({
      renew: ({ owner, fences }, durationMs) => right.tryAcquire(Object.keys(fences), owner, durationMs),
    })),
  },
  {
    lacks: 'exclusion',
    breaks: 'gives a name to one owner, until it is given back',
    makeStore: (clock) => {
      const stores = new Map<string, LeaseStore>();
      const storeOf = (owner: string) => {
        const store = stores.get(owner) ?? new MemoryLeaseStore(clock);
        stores.set(owner, store);
        return store;
      };
      return {
        tryAcquire: (names, owner, durationMs) => storeOf(owner).tryAcquire(names, owner, durationMs),
        renew: (lease, durationMs) => storeOf(lease.owner).renew(lease, durationMs),
        release: (lease) => storeOf(lease.owner).release(lease),
      };
    },
  },
  {
    lacks: 'an atomic look and take',
    breaks: 'lets one of 50 racing owners win: a new name, one given back, an expired one',
    makeStore: brokenBy((_, clock) => {
      const heldUntilMs = new Map<string, number>();
      let fence = 0;
      return {
        async tryAcquire(names, owner, durationMs) {
          const areFree = names.every((name) => (heldUntilMs.get(name) ?? 0) <= clock.nowMs());
          await turn();
          if (!areFree) return undefined;
          fence += 1;
          const expiresAtMs = clock.nowMs() + durationMs;
          for (const name of names) heldUntilMs.set(name, expiresAtMs);
          return { owner, fences: Object.fromEntries(names.map((name) => [name, fence])), expiresAtMs };
        },
        async release({ fences }) {
          return Object.keys(fences).every((name) => heldUntilMs.delete(name));
        },
      };
    }),
  },
  {
    lacks: 're-entry',
    breaks: 'lets the owner enter again under the same fence, and holds it longer, never shorter',
    makeStore: brokenBy((right) => {
      const strangers = Array.from({ length: 100 }, (_, index) => `stranger ${index}`);
      return {
        tryAcquire: (names, _owner, durationMs) => right.tryAcquire(names, strangers.pop() as string, durationMs),
      };
    }),
  },
  {
    lacks: 'the same fence at re-entry',
    breaks: 'keeps the fence of a name that the owner holds, when it takes another one too',
    makeStore: brokenBy((right) => {
      const held: Lease[] = [];
      return {
        async tryAcquire(names, owner, durationMs) {
          for (const lease of held) if (lease.owner === owner) await right.release(lease);
          const lease = await right.tryAcquire(names, owner, durationMs);
          if (lease !== undefined) held.push(lease);
          return lease;
        },
      };
    }),
  },
  ...[
    'takes all the names or none',
    'lets owners who want the same names in opposite orders all get on, one at a time',
  ].map((breaks) => ({
    lacks: 'all or nothing',
    breaks,
    makeStore: brokenBy((right) => ({
      async tryAcquire(names, owner, durationMs) {
        const fences: Record<string, number> = {};
        for (const name of names) {
          const lease = await right.tryAcquire([name], owner, durationMs);
          if (lease === undefined) return undefined;
          Object.assign(fences, lease.fences);
          await turn();
        }
        return right.tryAcquire(names, owner, durationMs);
      },
    })),
  })),
  {
    lacks: 'the release of what is left',
    breaks: 'gives back what is left of a lease, when another owner has taken a part over',
    makeStore: brokenBy((right) => ({
      release: async (lease) => (await right.renew(lease, 1)) !== undefined && right.release(lease),
    })),
  },
  {
    lacks: 'a repeatable release',
    breaks: 'can release twice, and never for a later holder',
    makeStore: brokenBy((right) => ({
      release: async (lease) => (await right.renew(lease, 1)) !== undefined && right.release(lease),
    })),
  },
];

describe('the contract of lease stores', () => {
  it.each(CONTROLS)('is seen to be broken by a store that lacks $lacks', async ({ breaks, makeStore }) => {
    const promise = leasePromises.find((candidate) => candidate.promise === breaks);
    if (promise === undefined) throw new Error(`There is no promise "${breaks}".`);
    expect(await violationsOf(promise, makeStore)).not.toEqual([]);
  });

  it('is kept by the store that the controls are made of', async () => {
    for (const promise of leasePromises)
      expect(
        await violationsOf(
          promise,
          brokenBy(() => ({})),
        ),
      ).toEqual([]);
  });
});
