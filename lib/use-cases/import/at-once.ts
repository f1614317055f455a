/** How many are worked on at once: enough for the pace, and no more than are soon looked at again after a kill. */
const AT_ONCE = 16;

/** Work that goes on while more of it is found. */
export type Crew = {
  /** Begins it as soon as somebody is free: resolves then. */
  begin(work: () => Promise<void>): Promise<void>;
  /** Resolves when all is done; rejects when any of it has failed. */
  end(): Promise<void>;
};

export function crew(): Crew {
  const working = new Set<Promise<void>>();
  return {
    async begin(work) {
      while (working.size >= AT_ONCE) await Promise.race(working);
      const begun: Promise<void> = work().then(() => {
        working.delete(begun);
      });
      // Whoever waits for it sees it fail; until then it must not end the process.
      begun.catch(() => {});
      working.add(begun);
    },
    async end() {
      await Promise.all(working);
    },
  };
}
