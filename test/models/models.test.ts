import { storiesWith } from '../simulation/planted.ts';
import { synthesizedSaga } from '../simulation/saga.ts';
import { CONTROLS } from './controls.ts';
import { exploreStory, STORIES, type StoryName } from './stories.ts';

/** Set by `npm run models`: every story, with as many faults as can be afforded. */
const ALL = process.env['ALL_MODELS'] === 'true';
const saga = synthesizedSaga();
const names = Object.keys(STORIES) as StoryName[];

describe('every state of a small world', () => {
  it.each(names.filter((name) => ALL || STORIES[name].isSmall))(
    'is right, and leads to rest: %s',
    async (name) => {
      const { states, steps, atRest, wrong } = await exploreStory(saga, name, {
        faults: ALL ? STORIES[name].faults : 1,
      });
      if (ALL) process.stderr.write(`${name}: ${states} states, ${steps} steps, ${atRest} at rest\n`);
      expect(wrong).toBeUndefined();
      expect(atRest).toBeGreaterThan(1);
    },
    14_400_000,
  );
});

describe('without one guard, some state is wrong:', () => {
  it.each(CONTROLS.filter(({ isLong }) => ALL || isLong !== true))('$bug', async ({ story, of, wrong, ...bug }) => {
    const told = await (await storiesWith([bug])).exploreStory(saga, story, { of, faults: of.length });
    expect(told.wrong?.what).toContain(wrong);
  });
});
