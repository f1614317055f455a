import { moduleWith } from '../simulation/planted.ts';
import type { PlantedBug } from '../stack/planted-bug.ts';
import { ACTS, BEGINNINGS, tellAll } from './histories.ts';

/** `npm run histories` tells longer ones. */
const LENGTH = Number(process.env['LENGTH'] ?? 4);
const OWNERS = ['catalog', 'stripe'] as const;

/** Every way in which up to so many acts can follow one another. */
function everyHistory(length: number): number {
  return BEGINNINGS.length * Array.from({ length }, (_, index) => ACTS.length ** (index + 1)).reduce((a, b) => a + b);
}

const MERGE = 'lib/domain/merge.ts';
const CONTROLS: readonly (PlantedBug & { readonly bug: string })[] = [
  {
    bug: 'the base moves where the sides are not known to agree',
    ...{
      file: MERGE,
      guard: "base: { ...base, ...having(['agreed'], local) },",
      without: 'base: { ...base, ...local },',
    },
  },
  {
    bug: 'the base does not move where both sides have become equal',
    ...{ file: MERGE, guard: "base: { ...base, ...having(['agreed'], local) },", without: 'base,' },
  },
  {
    bug: 'the other side wins when both have changed',
    ...{ file: MERGE, guard: "owner === 'catalog' ? 'push-over'", without: "owner === 'stripe' ? 'push-over'" },
  },
  {
    bug: 'a side that has not changed is taken for one that has',
    ...{ file: MERGE, guard: "if (isSameValue(remote, base)) return 'push';", without: '' },
  },
  {
    bug: 'what changed in Stripe alone is not taken',
    ...{ file: MERGE, guard: "if (isSameValue(local, base)) return 'pull';", without: '' },
  },
  {
    bug: 'a value that is missing here is one to be sent',
    ...{ file: MERGE, guard: 'if (isSameValue(local, null)) return', without: 'if (Number(0)) return' },
  },
  {
    bug: 'a value that loses is told of only where ours is replaced',
    ...{ file: MERGE, guard: "...having(['push-over'], remote), ", without: '' },
  },
  {
    bug: 'values are compared as they are spelled',
    ...{ file: 'lib/use-cases/sync/merge-sides.ts', guard: 'canonical(twin.name)', without: 'twin.name' },
  },
  {
    bug: 'a value that lost is told of each time it is met',
    ...{
      file: 'lib/use-cases/sync/decide.ts',
      guard: 'known === undefined || !isSameValue(known, value)',
      without: 'true',
    },
  },
  {
    bug: 'all that was here counts as agreed when some of it has arrived',
    file: 'lib/use-cases/sync/settle.ts',
    guard: 'broughtOver(run, attempt.record, externalId)',
    without: 'broughtOver(run, { ...attempt.record, fields: { name: run.customer.name } }, externalId)',
  },
  {
    bug: 'what our write replaced unseen is told of by nobody',
    file: 'lib/use-cases/sync/echo.ts',
    guard: 'if (!isExpected(deps, event, own.expected)) await auditOverruled(deps, event, own);',
    without: '',
  },
];

describe(`every history of up to ${LENGTH} edits, looks, lost answers and echoes`, () => {
  it.each(OWNERS)(
    'comes to what the rules say, whoever owns the field: %s',
    async (owner) => {
      const { wrong, histories, states } = await tellAll(LENGTH, owner);
      expect(wrong).toBeUndefined();
      expect(histories).toBe(everyHistory(LENGTH));
      if (LENGTH > 4) process.stderr.write(`${histories} histories that come to ${states} states\n`);
    },
    7_200_000,
  );

  it.each(CONTROLS)('does not when $bug', async (bug) => {
    const planted = await moduleWith<typeof import('./histories.ts')>('test/two-way/histories.ts', [bug]);
    let wrong: string | undefined;
    for (const owner of OWNERS) wrong ??= (await planted.tellAll(LENGTH, owner)).wrong;
    expect(wrong).toBeDefined();
  });
});
