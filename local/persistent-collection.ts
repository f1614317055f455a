/** Collections of JSON values that outlive the process: what the sandbox and the queues have acknowledged, a kill does not undo. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Values by id, in the order in which their ids were first set. A value is what JSON keeps of it, and it is frozen: it
 * changes only by another `set`, so that memory never says more than a restart would find.
 */
export type Collection<T> = {
  get(id: string): T | undefined;
  /** Written through before it returns. An id that exists keeps its place in the order. */
  set(id: string, value: T): void;
  delete(id: string): void;
  values(): T[];
  clear(): void;
  readonly size: number;
};

/** Opens a collection by name; the same name is always the same collection. */
export type OpenCollection = {
  <T>(name: string): Collection<T>;
  /**
   * Everything that `work` writes, to any collection, is kept as a whole or, when it throws or the process dies, not at
   * all. `work` is synchronous. Inside another `atomically` it is a part of that one.
   */
  readonly atomically: <R>(work: () => R) => R;
};

/** How long to wait for another process to let go of the file, a killed one that is not quite gone included. */
const LOCK_TIMEOUT_MS = 2_000;

type Mirror = { load(): void };

/**
 * Opens the collections of a file, which this process then has to itself, or of memory when no file is named.
 * Throws when another process holds the file.
 */
export function openCollections(file?: string): { readonly open: OpenCollection; close(): void } {
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  const database = openDatabase(file ?? ':memory:');
  const mirrors = new Map<string, Collection<unknown> & Mirror>();
  let transaction: { wrote: boolean } | undefined;

  const noteWrite = () => {
    if (transaction) transaction.wrote = true;
  };

  const atomically = <R>(work: () => R): R => {
    if (transaction) return work();
    const current = { wrote: false };
    transaction = current;
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      if (current.wrote) for (const mirror of mirrors.values()) mirror.load();
      throw error;
    } finally {
      transaction = undefined;
    }
  };

  const openOne = <T>(name: string): Collection<T> => {
    const mirror = mirrors.get(name) ?? mirrorOf(database, name, noteWrite);
    mirrors.set(name, mirror);
    // Only this name's values are in it, and what type a name stands for is the caller's to keep.
    return mirror as Collection<T>;
  };

  return {
    open: Object.assign(openOne, { atomically }),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
  // A second process would answer from its own memory and never see this one's writes.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  // A log that the operating system holds survives the death of the process; only a power cut could lose its end.
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS entry (position INTEGER PRIMARY KEY, collection TEXT, id TEXT, value TEXT, UNIQUE (collection, id))',
  );
  return database;
}

function mirrorOf(database: DatabaseSync, name: string, noteWrite: () => void): Collection<unknown> & Mirror {
  const select = database.prepare('SELECT id, value FROM entry WHERE collection = ? ORDER BY position');
  const upsert = database.prepare(
    'INSERT INTO entry (collection, id, value) VALUES (?, ?, ?) ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value',
  );
  const deleteOne = database.prepare('DELETE FROM entry WHERE collection = ? AND id = ?');
  const deleteAll = database.prepare('DELETE FROM entry WHERE collection = ?');
  const values = new Map<string, unknown>();

  const load = () => {
    values.clear();
    for (const row of select.all(name)) values.set(String(row['id']), frozen(JSON.parse(String(row['value']))));
  };
  load();

  return {
    load,
    get: (id) => values.get(id),
    set: (id, value) => {
      const json = JSON.stringify(value);
      upsert.run(name, id, json);
      noteWrite();
      values.set(id, frozen(JSON.parse(json)));
    },
    delete: (id) => {
      if (!values.has(id)) return;
      deleteOne.run(name, id);
      noteWrite();
      values.delete(id);
    },
    values: () => [...values.values()],
    clear: () => {
      deleteAll.run(name);
      noteWrite();
      values.clear();
    },
    get size() {
      return values.size;
    },
  };
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
