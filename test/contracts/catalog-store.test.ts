import { setImmediate as turn } from 'node:timers/promises';
import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import type { CatalogStore, Condition, NamedWrites, Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';
import { type MakeCatalogStore, violationsOf } from './catalog-store.contract.ts';
import { catalogPromises } from './catalog-store.promises.ts';
import { rewritten } from './rewritten-writes.ts';

/** A store that is right but for what is said otherwise. */
function brokenBy(breakIt: (right: MemoryCatalogStore, clock: Clock) => Partial<CatalogStore>): MakeCatalogStore {
  return (clock) => {
    const right = new MemoryCatalogStore(clock);
    return {
      read: (keys) => right.read(keys),
      commit: (writes) => right.commit(writes),
      listDue: (...asked) => right.listDue(...asked),
      listApart: (...asked) => right.listApart(...asked),
      listCustomers: (...asked) => right.listCustomers(...asked),
      listAudit: (...asked) => right.listAudit(...asked),
      listUnfinished: (...asked) => right.listUnfinished(...asked),
      listOperationsOf: (...asked) => right.listOperationsOf(...asked),
      scan: (...asked) => right.scan(...asked),
      ...breakIt(right, clock),
    };
  };
}

/** A store that decides each part of a condition by this. */
const deciding = (part: (condition: Condition<string>) => Condition<string>): MakeCatalogStore =>
  brokenBy((right) => ({ commit: (writes) => right.commit(rewritten(writes, part)) }));

const always: Condition<string> = { is: 'missing', field: 'no such field' };

/** A store that commits its writes one after the other, however far it comes. */
const oneByOne: MakeCatalogStore = brokenBy((right) => ({
  async commit<const W extends NamedWrites>(writes: W) {
    for (const [name, write] of Object.entries(writes)) {
      const result = write && (await right.commit({ [name]: write }));
      if (result?.committed === false) return result as never;
      await turn();
    }
    return { committed: true };
  },
}));

/** Negative controls: stores that lack one rule, and a promise that each of them must be seen to break. */
const CONTROLS: readonly { lacks: string; breaks: string; makeStore: MakeCatalogStore }[] = [
  {
    lacks: 'conditions on what is there',
    breaks: 'takes for absent what has no record',
    makeStore: deciding((condition) => (condition.is === 'absent' ? always : condition)),
  },
  {
    lacks: 'the types of values in equality',
    breaks: 'takes for equal only the same value of the same type, of a field that is there',
    makeStore: deciding((condition) =>
      condition.is === 'equal'
        ? { is: 'any', of: [condition, { ...condition, value: Number(condition.value) }] }
        : condition,
    ),
  },
  {
    lacks: 'the difference between null and nothing',
    breaks: 'takes for missing a field that is not there, and every field of no record',
    makeStore: deciding((condition) => (condition.is === 'missing' && condition.field === 'name' ? always : condition)),
  },
  {
    lacks: 'the order of numbers',
    breaks: 'takes for at most only what has the same type and is not greater: numbers as numbers, texts as texts',
    makeStore: deciding((condition) =>
      condition.is === 'atMost' ? { is: 'equal', field: condition.field, value: condition.value } : condition,
    ),
  },
  {
    lacks: 'the difference between all and any',
    breaks: 'puts conditions together: all of them, any of them, one in another',
    makeStore: deciding((condition) => (condition.is === 'all' ? { ...condition, is: 'any' } : condition)),
  },
  ...[
    'commits nothing when one write is refused, whichever it is',
    'commits only one of two that each check what the other writes',
  ].map((breaks) => ({ lacks: 'all or nothing', breaks, makeStore: oneByOne })),
  {
    lacks: 'the conditions of all writes but the first',
    breaks: 'commits nothing when one write is refused, whichever it is',
    makeStore: brokenBy((right) => ({
      commit: (writes) => {
        const [first] = Object.keys(writes);
        return right.commit(rewritten(writes, (condition, name) => (name === first ? condition : always)));
      },
    })),
  },
  {
    lacks: 'the names of the other refusals',
    breaks: 'names each write that was refused, and no other, with what stands there',
    makeStore: brokenBy((right) => ({
      async commit<const W extends NamedWrites>(writes: W) {
        const result = await right.commit(writes);
        if (result.committed) return result;
        return { committed: false, refused: Object.fromEntries(Object.entries(result.refused).slice(0, 1)) } as never;
      },
    })),
  },
  {
    lacks: 'removal by undefined',
    breaks: 'sets and removes fields by a change, and leaves the others',
    makeStore: brokenBy((right) => ({ commit: (writes) => right.commit(JSON.parse(JSON.stringify(writes))) })),
  },
  {
    lacks: 'a look and write in one',
    breaks: 'lets one of 50 racing commits win: a new record, a version, a claim beside another write',
    makeStore: brokenBy((right) => ({
      async commit<const W extends NamedWrites>(writes: W) {
        const checks = Object.entries(writes).map(([name, write]) => [
          name,
          write && { key: write.key, check: true, when: 'when' in write ? write.when : always },
        ]);
        const looked = await right.commit(Object.fromEntries(checks));
        await turn();
        return looked.committed ? right.commit(rewritten(writes, () => always)) : (looked as never);
      },
    })),
  },
  {
    lacks: 'expiry',
    breaks: 'shows no record from the moment of its expiry, though conditions still see it',
    makeStore: (clock) => {
      const beganAtMs = clock.nowMs();
      return new MemoryCatalogStore({ ...clock, nowMs: () => beganAtMs });
    },
  },
  {
    lacks: 'what stands there when it has expired',
    breaks: 'shows no record from the moment of its expiry, though conditions still see it',
    makeStore: brokenBy((right) => ({
      async commit<const W extends NamedWrites>(writes: W) {
        for (const [name, write] of Object.entries(writes)) {
          const [shown] = write ? await right.read([write.key as RecordKey]) : [];
          if (write && shown === undefined)
            await right.commit({ [name]: { key: write.key, remove: true, when: always } as Write });
        }
        return right.commit(writes);
      },
    })),
  },
  {
    lacks: 'copies',
    breaks: 'takes and gives copies, so that nobody changes a record but by a commit',
    makeStore: brokenBy((right) => {
      const given = new Map<string, object>();
      return {
        async read(keys) {
          const records = await right.read(keys);
          const shared = records.map((record, index) => {
            const name = JSON.stringify(keys[index]);
            if (record !== undefined && !given.has(name)) given.set(name, record);
            return given.get(name);
          });
          return shared as typeof records;
        },
      };
    }),
  },
  {
    lacks: 'more than one batch',
    breaks: 'answers the records of the keys in their order, however many, nothing where there is none',
    makeStore: brokenBy((right) => ({
      read: async (keys) =>
        (await right.read(keys)).map((record, index) => (index < 100 ? record : undefined)) as never,
    })),
  },
  {
    lacks: 'the time in what is due',
    breaks: 'lists what is due, of whatever type, the earliest first, and nothing that is not due',
    makeStore: brokenBy((right) => ({ listDue: (_, limit) => right.listDue('9', limit) })),
  },
  {
    lacks: 'a limit on what is due',
    breaks: 'lists no more than asked for of what is due, and the rest once that is done',
    makeStore: brokenBy((right) => ({ listDue: (now, limit) => right.listDue(now, limit + 8) })),
  },
  {
    lacks: 'room for each status',
    breaks: 'lists those of each status, however many are apart by another',
    makeStore: brokenBy((right) => ({
      listApart: async (statuses, limit) => (await right.listApart(statuses, limit)).slice(0, limit),
    })),
  },
  {
    lacks: 'places that stay (it counts)',
    breaks: 'lists each listed customer once in a walk, while others come, go and change',
    makeStore: brokenBy((right) => ({
      async listCustomers(limit, from = '0') {
        const { customerIds } = await right.listCustomers(1_000, undefined);
        const end = Number(from) + limit;
        return {
          customerIds: customerIds.slice(Number(from), end),
          next: end < customerIds.length ? `${end}` : undefined,
        };
      },
    })),
  },
  {
    lacks: 'the newest first',
    breaks: "lists a customer's audit entries newest first, each once, while new ones come",
    makeStore: brokenBy((right) => ({
      async listAudit(...asked) {
        const { entries, next } = await right.listAudit(...asked);
        return { entries: entries.toReversed(), next };
      },
    })),
  },
  {
    lacks: 'the rest of a page that others fill',
    breaks: 'lists all unfinished operations in a walk, also those whose due time moves on, and nothing else',
    makeStore: brokenBy((right) => ({
      async listUnfinished(...asked) {
        const { operationIds } = await right.listUnfinished(...asked);
        return { operationIds, next: undefined };
      },
    })),
  },
  ...[
    [
      'places that stay in scans (it counts)',
      'scans every record of the scanned types once, in however many parts, while others come and go',
    ] as const,
  ].map(([lacks, breaks]) => ({
    ...{ lacks, breaks },
    makeStore: brokenBy((right) => ({
      async scan(part, of, limit, from = '0') {
        const { found } = await right.scan(part, of, 10_000, undefined);
        const end = Number(from) + limit;
        const next = end < found.length ? `${end}` : undefined;
        return { found: found.slice(Number(from), end), expired: [], next };
      },
    })),
  })),
  {
    lacks: 'expiry in scans',
    breaks: 'scans the records as they are, those of one customer one after the other, and what has expired apart',
    makeStore: brokenBy((right) => ({
      async scan(...asked) {
        const { found, expired, next } = await right.scan(...asked);
        return { found: [...found, ...expired], expired: [], next };
      },
    })),
  },
  {
    lacks: 'request keys by their hash',
    breaks: 'takes the hash of a request key for the same record as the key, also once it has expired',
    makeStore: brokenBy((right) => ({
      async scan(...asked) {
        const { found, expired, next } = await right.scan(...asked);
        return { found, expired: expired.filter(({ key }) => key.type !== 'requestKey'), next };
      },
    })),
  },
  {
    lacks: 'a limit to those apart',
    breaks: 'lists of many who are apart the oldest, about as many as asked for',
    makeStore: brokenBy((right) => ({ listApart: (statuses) => right.listApart(statuses, 1_000) })),
  },
  {
    lacks: 'the finished ones',
    breaks: "lists a customer's operations newest first, finished or not, each once, while new ones come",
    makeStore: brokenBy((right) => ({
      async listOperationsOf(...asked) {
        const { operationIds, next } = await right.listOperationsOf(...asked);
        const unfinished = (await right.listUnfinished(1_000, undefined)).operationIds;
        return { operationIds: operationIds.filter((id) => unfinished.includes(id)), next };
      },
    })),
  },
];

describe('the contract of catalog stores', () => {
  it.each(CONTROLS)('is seen to be broken by a store that lacks $lacks', async ({ breaks, makeStore }) => {
    const promise = catalogPromises.find((candidate) => candidate.promise === breaks);
    if (promise === undefined) throw new Error(`There is no promise "${breaks}".`);
    expect(await violationsOf(promise, makeStore)).not.toEqual([]);
  });

  it('is kept by the store that the controls are made of', async () => {
    const violations = await Promise.all(
      catalogPromises.map((promise) =>
        violationsOf(
          promise,
          brokenBy(() => ({})),
        ),
      ),
    );
    expect(violations.flat()).toEqual([]);
  });
});
