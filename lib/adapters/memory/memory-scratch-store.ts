import type { Note, ScratchStore } from '#ports/scratch-store.ts';
import type { Clock } from '#ports/system.ts';

/** Notes within one process, for tests; nothing outlives the process. */
export class MemoryScratchStore implements ScratchStore {
  readonly #notes = new Map<string, { readonly text: string; readonly expiresAtSeconds: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(notes: readonly Note[], expiresAtSeconds: number): Promise<void> {
    for (const { name, text } of notes) this.#notes.set(name, { text, expiresAtSeconds });
  }

  async get(names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const nowSeconds = this.#clock.nowMs() / 1000;
    return names.map((name) => {
      const note = this.#notes.get(name);
      return note === undefined || note.expiresAtSeconds <= nowSeconds ? undefined : note.text;
    });
  }
}
