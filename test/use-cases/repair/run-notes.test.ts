import { MemoryScratchStore } from '#adapters/memory/memory-scratch-store.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import { MOST_NOTE_CHARACTERS, type ScratchStore } from '#ports/scratch-store.ts';
import { runBuckets } from '#use-cases/repair/runs/run-buckets.ts';
import { PAGE_SIZE, pageWriter, readPage } from '#use-cases/repair/runs/run-pages.ts';

const earlier = [[1, 2]] as const;
const runAt = (step: number) => ({
  ...{ id: 'r', step, expiresAtSeconds: 100, buckets: { count: 1, notes: earlier, put: 5, read: 0 } },
  findings: { notes: earlier, count: 5 },
  outcomes: { notes: [], count: 0 },
});

/** What is kept of long work, and the notes that were written, each by its name and how long it is. */
function watched() {
  const kept = new MemoryScratchStore({ nowMs: () => 0, sleep: async () => {} });
  const written: (readonly [name: string, characters: number])[] = [];
  const scratch: ScratchStore = {
    put: async (notes, expiresAtSeconds) => {
      written.push(...notes.map(({ name, text }) => [name, text.length] as const));
      await kept.put(notes, expiresAtSeconds);
    },
    get: (names) => kept.get(names),
  };
  return { scratch, written };
}

describe('the buckets of a run', () => {
  /** What is put into one bucket: texts, as long as their JSON is to be. */
  function bucket(...lengths: readonly number[]) {
    const { scratch, written } = watched();
    const buckets = runBuckets(scratch, () => '00000000', runAt(3));
    const entries = lengths.map((length, index) => String(index).padEnd(length - 2, 'x'));
    for (const entry of entries) buckets.add('suspects', 'key', entry as never);
    return { buckets, entries, written };
  }
  const HALF = (MOST_NOTE_CHARACTERS - 4) / 2;

  it.each<readonly [string, readonly number[], readonly number[]]>([
    ['in one note, as much as that takes', [HALF, HALF], [MOST_NOTE_CHARACTERS - 1]],
    ['in a second note, what is too much for the first', [HALF, HALF, 3, 3], [MOST_NOTE_CHARACTERS - 1, 9]],
    ['in a note of its own, what is too much for any', [MOST_NOTE_CHARACTERS, 3], [MOST_NOTE_CHARACTERS + 2, 5]],
  ])('are written %s', async (_, lengths, notes) => {
    const { buckets, entries, written } = bucket(...lengths);
    await buckets.flush();
    expect(written).toEqual(notes.map((length, time) => [`run#r#suspects-0#3.${time}`, length]));
    expect(buckets.written()).toEqual({ count: 1, notes: [...earlier, [3, notes.length]], put: 5 + lengths.length });
    expect(await buckets.read('suspects', 0)).toEqual(entries);
  });

  it('are the same as before, when nothing was put', async () => {
    const { buckets, written } = bucket();
    await buckets.flush();
    expect([written, buckets.written()]).toEqual([[], { count: 1, notes: earlier, put: 5 }]);
  });

  it('ought to be written once so much waits', async () => {
    expect(bucket(200_000, 199_999).buckets.isFull()).toBe(false);
    const { buckets } = bucket(200_000, 200_000);
    expect(buckets.isFull()).toBe(true);
    await buckets.flush();
    expect(buckets.isFull()).toBe(false);
  });
});

describe('a list that a run makes', () => {
  it('goes on page by page, through all steps that have written some of it', async () => {
    const { scratch } = watched();
    let findings: ConsistencyRunRecord['findings'] = { notes: [], count: 0 };
    for (const [step, count] of [
      [1, PAGE_SIZE + 1],
      [2, 0],
      [3, 1],
      [4, 2],
    ] as const) {
      const pages = pageWriter<string>(scratch, { ...runAt(step), findings }, 'findings');
      await pages.add(Array.from({ length: count }, (_, index) => `${step}.${index}`));
      await pages.flush();
      findings = pages.written();
    }
    expect(findings).toEqual({
      ...{
        notes: [
          [1, 2],
          [3, 1],
          [4, 1],
        ],
        count: PAGE_SIZE + 4,
      },
    });
    const read = (page: number) => readPage<string>(scratch, { ...runAt(5), findings }, 'findings', page);
    expect([(await read(0))?.entries.length, (await read(0))?.isLast]).toEqual([PAGE_SIZE, false]);
    expect(await Promise.all([1, 2, 3, 4].map(read))).toEqual([
      { entries: [`1.${PAGE_SIZE}`], isLast: false },
      { entries: ['3.0'], isLast: false },
      { entries: ['4.0', '4.1'], isLast: true },
      undefined,
    ]);
  });

  it('is not told short of a page that is lost', async () => {
    const { scratch } = watched();
    await expect(readPage(scratch, runAt(3), 'findings', 1)).rejects.toThrow(
      'A page of the findings of a run is lost.',
    );
  });
});
