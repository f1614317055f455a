import { copyOf } from '#adapters/memory/writes.ts';
import type { Collection, OpenCollection } from '../../local/persistent-collection.ts';

/** The sandbox's collections without a database: nothing outlives the process, and opening them costs nothing. */
export function memoryCollections(): OpenCollection {
  const byName = new Map<string, Collection<never>>();
  let undos: (() => void)[] | undefined;

  const openOne = <T>(name: string): Collection<T> => {
    const opened = byName.get(name) ?? collectionOf<never>((undo) => undos?.push(undo));
    byName.set(name, opened);
    // Only this name's values are in it, and what type a name stands for is the caller's to keep.
    return opened as unknown as Collection<T>;
  };

  const atomically = <R>(work: () => R): R => {
    if (undos !== undefined) return work();
    const done: (() => void)[] = [];
    undos = done;
    try {
      return work();
    } catch (error) {
      for (const undo of done.reverse()) undo();
      throw error;
    } finally {
      undos = undefined;
    }
  };

  return Object.assign(openOne, { atomically });
}

function collectionOf<T>(remember: (undo: () => void) => void): Collection<T> {
  let values = new Map<string, T>();

  /** What is removed gets its place in the order back. */
  const rememberAll = () => {
    const before = new Map(values);
    remember(() => {
      values = before;
    });
  };

  return {
    get: (id) => values.get(id),
    set: (id, value) => {
      const before = values.get(id);
      remember(() => (before === undefined ? values.delete(id) : values.set(id, before)));
      values.set(id, Object.freeze(copyOf(value)));
    },
    delete: (id) => {
      if (!values.has(id)) return;
      rememberAll();
      values.delete(id);
    },
    values: () => [...values.values()],
    clear: () => {
      rememberAll();
      values.clear();
    },
    get size() {
      return values.size;
    },
  };
}
