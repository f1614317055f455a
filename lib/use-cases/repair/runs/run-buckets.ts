import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import type { Digest } from '#ports/pokes.ts';
import { MOST_NOTE_CHARACTERS, type ScratchStore } from '#ports/scratch-store.ts';
import { type Buckets, bucketOf } from '../compare/buckets.ts';
import type { Tables } from '../compare/entries.ts';

/** The buckets of a run, of which only what has not been written yet is in memory. */
export type RunBuckets = Buckets & {
  /** So much waits to be written that it ought to be. */
  isFull(): boolean;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** What stands written, and how many entries were put in all: for the run's record. */
  written(): Omit<ConsistencyRunRecord['buckets'], 'read'>;
};

const MOST_WAITING_CHARACTERS = 400_000;

/**
 * Buckets as notes: one for each bucket that has something, each time they are written. A note's name has the number of
 * the step that wrote it. What a step has left that did not end well has a name that nobody asks for.
 */
export function runBuckets(
  scratch: ScratchStore,
  digest: Digest,
  run: Pick<ConsistencyRunRecord, 'id' | 'step' | 'buckets' | 'expiresAtSeconds'>,
): RunBuckets {
  const waiting = new Map<string, string[]>();
  let waitingCharacters = 0;
  let times = 0;
  const { count } = run.buckets;
  let { put } = run.buckets;
  const nameOf = (bucket: string, step: number, time: number) => `run#${run.id}#${bucket}#${step}.${time}`;
  const notes = () => (times === 0 ? run.buckets.notes : [...run.buckets.notes, [run.step, times] as const]);
  return {
    count,
    add(table, key, entry) {
      const bucket = `${table}-${bucketOf(digest, key, count)}`;
      const text = JSON.stringify(entry);
      const texts = waiting.get(bucket);
      if (texts === undefined) waiting.set(bucket, [text]);
      else texts.push(text);
      waitingCharacters += text.length;
      put += 1;
    },
    async read<Table extends keyof Tables>(table: Table, bucket: number) {
      const names = notes().flatMap(([step, most]) =>
        Array.from({ length: most }, (_, time) => nameOf(`${table}-${bucket}`, step, time)),
      );
      const texts = await scratch.get(names);
      return texts.flatMap((text) => (text === undefined ? [] : (JSON.parse(text) as Tables[Table][])));
    },
    isFull: () => waitingCharacters >= MOST_WAITING_CHARACTERS,
    async flush() {
      // What is too much for one note of a bucket goes into its next.
      for (; waiting.size > 0; times += 1) {
        const batch = [...waiting].map(([bucket, texts]) => {
          const fitting = takeFitting(texts);
          if (texts.length === 0) waiting.delete(bucket);
          return { name: nameOf(bucket, run.step, times), text: `[${fitting.join()}]` };
        });
        await scratch.put(batch, run.expiresAtSeconds);
      }
      waitingCharacters = 0;
    },
    written: () => ({ count, notes: notes(), put }),
  };
}

/** Takes from the beginning as many as fit into one note, and at least one. */
function takeFitting(texts: string[]): string[] {
  let characters = 2;
  const end = texts.findIndex((text) => {
    characters += text.length + 1;
    return characters > MOST_NOTE_CHARACTERS;
  });
  return texts.splice(0, end < 0 ? texts.length : Math.max(end, 1));
}
