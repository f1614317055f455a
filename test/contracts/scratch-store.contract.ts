import type { ScratchStore } from '#ports/scratch-store.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

const noteOf = (index: number) => ({ name: `note#${index}`, text: `text ${index}` });

/** What every scratch store promises. */
export function scratchStoreContract(name: string, makeStore: (clock: ManualClock) => ScratchStore): void {
  describe(`the scratch store of ${name}`, () => {
    const started = () => {
      const clock = manualClock();
      return { clock, store: makeStore(clock), inAMinute: clock.nowMs() / 1000 + 60 };
    };

    it('answers what it keeps in the order that is asked for, and nothing for what it does not', async () => {
      const { store, inAMinute } = started();
      await store.put([noteOf(1), noteOf(2)], inAMinute);
      expect(await store.get(['note#2', 'other', 'note#1', 'note#2'])).toEqual([
        ...['text 2', undefined, 'text 1', 'text 2'],
      ]);
      expect(await store.get([])).toEqual([]);
      await store.put([], inAMinute);
    });

    it('replaces what has the same name', async () => {
      const { store, inAMinute } = started();
      await store.put([noteOf(3)], inAMinute);
      await store.put([{ name: 'note#3', text: 'another' }], inAMinute);
      expect(await store.get(['note#3'])).toEqual(['another']);
    });

    it('takes and gives more at once than one request holds, and long ones', async () => {
      const { store, inAMinute } = started();
      const notes = Array.from({ length: 130 }, (_, index) => noteOf(index + 100));
      await store.put(notes, inAMinute);
      expect(await store.get(notes.map((note) => note.name))).toEqual(notes.map(({ text }) => text));
      const long = { name: 'long', text: 'x'.repeat(300_000) };
      await store.put([long], inAMinute);
      expect(await store.get(['long'])).toEqual([long.text]);
    });

    it('has forgotten what has expired, whether or not it is physically gone', async () => {
      const { clock, store, inAMinute } = started();
      await store.put([noteOf(4)], inAMinute);
      await clock.pass(59_000);
      expect(await store.get(['note#4'])).toEqual(['text 4']);
      await clock.pass(1_000);
      expect(await store.get(['note#4'])).toEqual([undefined]);
    });
  });
}
