import type { ConsistencyRunRecord, StepNotes } from '#ports/maintenance-records.ts';
import type { ScratchStore } from '#ports/scratch-store.ts';

/** A list that a run makes, in pages. */
type List = 'findings' | 'outcomes';
type Pages = ConsistencyRunRecord[List];

/** Up to so many are on one page. */
export const PAGE_SIZE = 200;

export type PageWriter<Entry> = {
  add(entries: readonly Entry[]): Promise<void>;
  /** Writes what waits as the last page of this step. */
  flush(): Promise<void>;
  written(): Pages;
};

/** Adds pages to a list of a run, under the number of the step: pages of a step that did not end well are nobody's. */
export function pageWriter<Entry>(
  scratch: ScratchStore,
  run: Pick<ConsistencyRunRecord, 'id' | 'step' | List | 'expiresAtSeconds'>,
  list: List,
): PageWriter<Entry> {
  const before = run[list];
  const waiting: Entry[] = [];
  let pages = 0;
  let { count } = before;
  const write = async (entries: readonly Entry[]) => {
    const note = { name: nameOf(run.id, list, run.step, pages), text: JSON.stringify(entries) };
    await scratch.put([note], run.expiresAtSeconds);
    pages += 1;
  };
  return {
    async add(entries) {
      count += entries.length;
      waiting.push(...entries);
      while (waiting.length >= PAGE_SIZE) await write(waiting.splice(0, PAGE_SIZE));
    },
    async flush() {
      if (waiting.length > 0) await write(waiting.splice(0));
    },
    written: () => ({ notes: pages === 0 ? before.notes : [...before.notes, [run.step, pages] as const], count }),
  };
}

/** The entries of a page, and whether there is another after it; `undefined` when there is no such page. */
export async function readPage<Entry>(
  scratch: ScratchStore,
  run: Pick<ConsistencyRunRecord, 'id' | List>,
  list: List,
  page: number,
): Promise<{ readonly entries: readonly Entry[]; readonly isLast: boolean } | undefined> {
  const place = placeOf(run[list].notes, page);
  if (place === undefined) return undefined;
  const [text] = await scratch.get([nameOf(run.id, list, ...place)]);
  if (text === undefined) throw new Error(`A page of the ${list} of a run is lost.`);
  return { entries: JSON.parse(text), isLast: placeOf(run[list].notes, page + 1) === undefined };
}

function placeOf(notes: readonly StepNotes[], page: number): readonly [step: number, index: number] | undefined {
  let index = page;
  for (const [step, count] of notes) {
    if (index < count) return [step, index];
    index -= count;
  }
  return undefined;
}

function nameOf(runId: string, list: List, step: number, index: number): string {
  return `run#${runId}#${list}#${step}.${index}`;
}
