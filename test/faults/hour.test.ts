import { withPlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { ON_ITS_WAY } from './hour.ts';

const STORIES = Object.entries(ON_ITS_WAY);

describe('what Stripe shows is believed an hour after the last request, and not before', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it.each(STORIES)('%s', async (_, story) => expect(await story(stack)).toEqual([]));

  it('and without that wait, the sides come apart', async () => {
    const hour = {
      file: 'lib/domain/travel.ts',
      guard: '>= TRAVELS_AT_MOST_MS;',
      without: '>= 0;',
    };
    await withPlantedBug(hour, async (unguarded) => {
      for (const [name, story] of STORIES) {
        expect([name, ...(await story(unguarded))].length).toBeGreaterThan(1);
      }
    });
  });
});
