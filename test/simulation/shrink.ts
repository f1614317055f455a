import type { Telling, Told } from './everything.ts';

/** A story that ends badly, and is as small as it could be made. */
export type Shrunk = { readonly seed: number; readonly telling: Telling; readonly told: Told };

/** Without a part all turns are others, and the bug may need a certain one: so many orders are tried. */
const ORDERS = 6;
/** Of a long trace, so much is shown. */
const [FIRST_LINES, LAST_LINES] = [120, 40];
/** A bug that is hard to hit is not worth hours. */
const MOST_STORIES = 3_000;

/**
 * Leaves out of a story that ends badly what it ends badly without, half of it at first and single parts in the end.
 * What is wrong stays of the same kind. Every part of what is left is needed, unless that took too many stories.
 */
export async function shrink(seed: number, tell: (telling: Telling) => Promise<Told>): Promise<Shrunk> {
  let smallest: Shrunk = { seed, telling: {}, told: await tell({}) };
  const kinds = new Set(smallest.told.wrong.map(kindOf));
  let stories = 0;

  /** The story of these parts alone, if it ends as badly in some order of turns. */
  const without = async (only: readonly string[]): Promise<Shrunk | undefined> => {
    for (let turns = 0; turns < ORDERS && stories < MOST_STORIES; turns += 1) {
      stories += 1;
      const told = await tell({ only, turns });
      if (told.wrong.some((sentence) => kinds.has(kindOf(sentence)))) return { seed, telling: { only, turns }, told };
    }
    return undefined;
  };

  for (let size = Math.ceil(smallest.told.parts.length / 2); size >= 1; ) {
    let isSmaller = false;
    for (let from = 0; from < smallest.told.parts.length; ) {
      const { parts } = smallest.told;
      const smaller = await without([...parts.slice(0, from), ...parts.slice(from + size)]);
      if (smaller === undefined) from += size;
      else {
        smallest = { ...smaller, telling: { ...smaller.telling, only: smaller.told.parts } };
        isSmaller = true;
      }
    }
    // What was needed by something that is gone may be left out now.
    if (!isSmaller || size > 1) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return smallest;
}

/** What tells this story again. */
export function commandOf({ seed, telling: { only, turns = 0 } }: Shrunk): string {
  const parts = only === undefined ? '' : ` --only ${only.join()}`;
  return `npm run seeds -- --from ${seed} --count 1${turns === 0 ? '' : ` --turns ${turns}`}${parts}`;
}

/** The story, its end and how to tell it again, for a person. */
export function storyOf(shrunk: Shrunk): string {
  const { seed, told } = shrunk;
  const head = `Seed ${seed}, ${told.parts.length} parts, ends ${told.wrong.length === 0 ? 'well' : 'badly'}:`;
  return [head, ...ends(told.trace), ...told.wrong, `Again: ${commandOf(shrunk)}`].join('\n');
}

/** What never comes to rest is long, and the same again and again. */
function ends(lines: readonly string[]): readonly string[] {
  const between = lines.length - FIRST_LINES - LAST_LINES;
  if (between <= 0) return lines;
  return [...lines.slice(0, FIRST_LINES), `… ${between} more …`, ...lines.slice(-LAST_LINES)];
}

/** A sentence without whom it is about. */
function kindOf(sentence: string): string {
  return sentence.replace(/\S*@\S*|\b(cus|evt)_\w+|\b[0-9a-f]{16}\b|\b\S*\d\S*/g, '…');
}
