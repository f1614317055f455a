import type { Poke } from '#ports/pokes.ts';
import { crew } from '#use-cases/import/at-once.ts';
import { bringIn } from '#use-cases/import/bring-in.ts';
import { isPaid } from '#use-cases/import/standing.ts';
import { answering } from '../answering.ts';
import { createImportWorld } from './import-world.ts';

const AT_ONCE = 16;

describe('those who work at once', () => {
  it('are sixteen at most, and whoever waits begins as soon as one of them is done', async () => {
    const { begin, end } = crew();
    const working: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => working.push(resolve));
    for (let begun = 0; begun < AT_ONCE; begun += 1) await begin(work);
    const more = [begin(work), begin(work)];
    await new Promise(setImmediate);
    expect(working).toHaveLength(AT_ONCE);
    for (const done of working.splice(0, 2)) done();
    await Promise.all(more);
    expect(working).toHaveLength(AT_ONCE);
    for (const done of working.splice(0)) done();
    await end();
  });

  it('are ended together: one that fails is told of then, and ends nothing before', async () => {
    const { begin, end } = crew();
    let ended = 0;
    await begin(() => Promise.reject(new Error('no')));
    await new Promise(setImmediate);
    await begin(async () => {
      ended += 1;
    });
    await expect(end()).rejects.toThrow('no');
    expect(ended).toBe(1);
  });
});

describe('pokes that an import follows itself', () => {
  it('are followed with those that they lead to, until nothing is owed', async () => {
    const { deps, untwinned, inside, left, sync } = createImportWorld();
    const customerId = await untwinned('jane@example.com');
    await inside(() => bringIn(deps, [{ customerId }]));
    expect([(await sync(customerId)).status, left]).toEqual(['synced', []]);
  });

  it('go to the queue when they are for another integration, or fail', async () => {
    const { deps, twins, inside, left } = createImportWorld();
    const { id: customerId } = await twins();
    const followed: Poke = { customerId: 'nobody', integration: 'stripe' };
    const others = { customerId, integration: 'other' } as unknown as Poke;
    const failing = { customerId: 'broken' };
    const read: typeof deps.store.read = (keys) =>
      JSON.stringify(keys).includes('broken') ? Promise.reject(new Error('no')) : deps.store.read(keys);
    await inside(() => bringIn({ ...deps, store: answering(deps.store, { read }) }, [followed, others, failing]));
    expect(left).toEqual([others, failing]);
  });

  it('go to the queue when they lead on and on', async () => {
    const { deps, twins, inside, left, setSync } = createImportWorld();
    const { id: customerId } = await twins();
    await setSync(customerId, { status: 'pending' });
    let runs = 0;
    // Each time somebody asks to look again.
    const commit: typeof deps.store.commit = async (writes) => {
      if ('sync' in writes && Object.keys(writes).length > 1) runs += 1;
      const result = await deps.store.commit(writes);
      await setSync(customerId, { lookAgain: true });
      return result;
    };
    await inside(() => bringIn({ ...deps, store: answering(deps.store, { commit }) }, [{ customerId }]));
    expect([runs > 10, left]).toEqual([true, [{ customerId }]]);
  });
});

describe('what is owed to Stripe', () => {
  const paid = { status: 'synced', revision: 1, tries: 0 } as const;
  it.each([
    ['nothing, when both sides agree', {}, true],
    ['what they do not agree on', { status: 'pending' }, false],
    ['what is due', { dueAt: '2026' }, false],
    ['what may be on its way', { attemptKey: 'c:1' }, false],
    ['our metadata', { isUnmarked: true }, false],
  ] as const)('is %s', (_, more, expected) => {
    expect(isPaid({ ...paid, ...more })).toBe(expected);
  });
});
