import { createHash } from 'node:crypto';
import { inPlantedCopy, type PlantedBug } from '../stack/planted-bug.ts';
import { DEPLOYMENTS } from './deployments.ts';
import { CHANGES, STORIES } from './stories/stories.ts';
import { type Case, type Count, tableOf, tellAll, titleOf } from './tell-all.ts';

/**
 * `npm run faults` tells every story with every fault at every outgoing call of it; the suite tells a sample, spread
 * evenly, of changes. `--story protected` tells only those with this in their names, and `--shard 2/3` about a third of the
 * cases; three processes with a shard each tell all. At the end it prints what came of each story.
 */
const IS_ALL = process.env['ALL_FAULTS'] === 'true';
const SAMPLE = IS_ALL ? Number.POSITIVE_INFINITY : 24;
const [SHARD = 1, SHARDS = 1] = (process.env['SHARD'] ?? '1/1').split('/').map(Number);
const TOLD = (IS_ALL ? STORIES : CHANGES).filter(({ name }) => name.includes(process.env['STORY'] ?? ''));

const TOLD_TO: readonly { deployment: string; bugs: readonly PlantedBug[]; isAtSize: boolean }[] = [
  { deployment: 'any', bugs: IS_ALL ? DEPLOYMENTS.any : [], isAtSize: false },
  { deployment: 'one to which few customers are many', bugs: DEPLOYMENTS.atSize, isAtSize: true },
];

describe('a fault at a boundary', () => {
  const all: Count[] = [];
  afterAll(() => process.stderr.write(`${tableOf(all)}\n`));

  it.each(TOLD_TO)(
    'leaves nothing half done, wherever it strikes (on $deployment)',
    async ({ bugs, isAtSize }) => {
      const stories = TOLD.filter((story) => (story.isAtSize === true) === isAtSize);
      if (stories.length === 0) return;
      const tell = async (directory: string) => {
        const onProgress = (line: string) => process.stderr.write(`${line}\n`);
        const { counts, wrong } = await tellAll(stories, { directory, choose: sample, onProgress });
        all.push(...counts);
        expect(wrong).toEqual([]);
      };
      await (bugs.length === 0 ? tell(process.cwd()) : inPlantedCopy(bugs, tell));
    },
    IS_ALL ? 6 * 3_600_000 : 400_000,
  );
});

function sample(cases: readonly Case[]): readonly Case[] {
  const step = Math.max(1, cases.length / SAMPLE);
  const sampled = cases.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  return sampled.filter((one) => shardOf(one) === SHARD);
}

/** By its title: where a case stands among the others may differ from one shard's clean telling to another's. */
function shardOf(one: Case): number {
  return (createHash('sha256').update(titleOf(one)).digest().readUInt32BE() % SHARDS) + 1;
}
