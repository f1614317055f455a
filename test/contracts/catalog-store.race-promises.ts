import { setImmediate as turn } from 'node:timers/promises';
import { absent, any, change, check, equal, missing, put } from '#ports/catalog-store.ts';
import { type CatalogPromise, leaseKey, newId, unless } from './catalog-store.stage.ts';

const RACERS = 50;

/** How many of those that race are committed. */
async function winners(race: (racer: number) => Promise<{ readonly committed: boolean }>): Promise<number> {
  const results = await Promise.all(Array.from({ length: RACERS }, (_, racer) => race(racer)));
  return results.filter(({ committed }) => committed).length;
}

export const racePromises: readonly CatalogPromise[] = [
  {
    promise: 'lets one of 50 racing commits win: a new record, a version, a claim beside another write',
    async violations({ store }) {
      const [made, versioned, claimed] = [newId(), newId(), newId()];
      await store.commit({ it: put(leaseKey(versioned), { fence: 1 }, absent) });
      const counts = [
        await winners((racer) => store.commit({ it: put(leaseKey(made), { fence: racer }, absent) })),
        await winners(() => store.commit({ it: change(leaseKey(versioned), { fence: 2 }, equal('fence', 1)) })),
        await winners((racer) =>
          store.commit({
            own: put(leaseKey(newId()), { fence: racer }, absent),
            claim: change(leaseKey(claimed), { owner: `${racer}` }, any(absent, missing('owner'))),
          }),
        ),
      ];
      return unless(String(counts) === '1,1,1', `winners: ${counts}`);
    },
  },
  {
    promise: 'loses no update of those who read, and write on condition of what they read',
    async violations({ store }) {
      const name = newId();
      await store.commit({ it: put(leaseKey(name), { fence: 0 }, absent) });
      const increment = async () => {
        for (;;) {
          const [record] = await store.read([leaseKey(name)]);
          const fence = record?.fence ?? 0;
          await turn();
          const { committed } = await store.commit({
            it: change(leaseKey(name), { fence: fence + 1 }, equal('fence', fence)),
          });
          if (committed) return;
        }
      };
      await Promise.all(Array.from({ length: 12 }, increment));
      const [record] = await store.read([leaseKey(name)]);
      return unless(record?.fence === 12, `12 increments come to ${record?.fence}`);
    },
  },
  {
    promise: 'commits only one of two that each check what the other writes',
    async violations({ store }) {
      const wrong: string[] = [];
      for (let round = 0; round < 10; round += 1) {
        const [a, b] = [newId(), newId()];
        const take = (own: string, other: string) =>
          store.commit({
            own: put(leaseKey(own), { fence: 1 }, absent),
            other: check(leaseKey(other), absent),
          });
        const results = await Promise.all([take(a, b), take(b, a)]);
        const count = results.filter(({ committed }) => committed).length;
        if (count !== 1) wrong.push(`${count} are committed`);
      }
      return wrong;
    },
  },
];
