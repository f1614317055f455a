/** Randomness that a seed decides: the same seed, asked the same questions, gives the same answers. */
export type SeededRandom = {
  /** A number in [0, 1). */
  fraction(): number;
  /** A whole number from 0, and less than `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** One of them, which must not be none. */
  pick<Entry>(entries: readonly Entry[]): Entry;
  shuffled<Entry>(entries: readonly Entry[]): Entry[];
  bytes(count: number): number[];
  /** Another stream, of this seed and a name: how much is drawn from one does not change the other. */
  fork(name: string): SeededRandom;
};

/** Mulberry32: 32 bits of state, which is plenty for choosing among a few tasks. */
export function seededRandom(seed: number | string): SeededRandom {
  let state = hash(String(seed));
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(fraction() * count);
  return {
    fraction,
    below,
    chance: (probability) => probability > 0 && fraction() < probability,
    pick<Entry>(entries: readonly Entry[]) {
      if (entries.length === 0) throw new RangeError('There is nothing to pick from.');
      return entries[below(entries.length)] as Entry;
    },
    shuffled(entries) {
      const shuffled = [...entries];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other] as never, shuffled[last] as never];
      }
      return shuffled;
    },
    bytes(count) {
      const bytes: number[] = [];
      for (let index = 0; index < count; index += 1) bytes.push(below(256));
      return bytes;
    },
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
