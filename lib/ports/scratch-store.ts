/** A text of at most 300,000 characters. Nothing personal is part of its name. */
export type Note = { readonly name: string; readonly text: string };

/** What long work keeps on its way, by name and until a time. To lose it costs the work once more, and nothing else. */
export interface ScratchStore {
  /** Keeps these; one that had the same name is replaced. When it throws, some of them may be kept. */
  put(notes: readonly Note[], expiresAtSeconds: number): Promise<void>;
  /** The texts of these names, in their order; `undefined` where there is none or it has expired. */
  get(names: readonly string[]): Promise<readonly (string | undefined)[]>;
}

/** DynamoDB takes no item above 400 KB, and a character may be more than one byte. */
export const MOST_NOTE_CHARACTERS = 300_000;
