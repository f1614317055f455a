import type { Digest } from '#ports/pokes.ts';
import type { Claimed, Known, Tables } from './entries.ts';
import type { Suspect } from './suspect.ts';

/**
 * Where a walk puts what it meets. Whatever has the same key comes into the same bucket, in the order in which it was
 * added, so that one bucket after the other can be matched by itself.
 */
export type Buckets = {
  readonly count: number;
  add<Table extends keyof Tables>(table: Table, key: string, entry: Tables[Table]): void;
  read<Table extends keyof Tables>(table: Table, bucket: number): Promise<readonly Tables[Table][]>;
};

/** One bucket, in memory: for as many customers as are compared in one go. */
export function oneBucket(): Buckets {
  const tables = { customers: [] as Known[], emails: [] as Claimed[], suspects: [] as Suspect[] };
  // Each table holds what is added to it and nothing else.
  const entriesOf = <Table extends keyof Tables>(table: Table) => tables[table] as unknown as Tables[Table][];
  return {
    count: 1,
    add: (table, _, entry) => void entriesOf(table).push(entry),
    read: async (table) => entriesOf(table),
  };
}

/** The buckets divide the digests of all keys into ranges: subjects stand in one order, however many buckets there are. */
export function bucketOf(digest: Digest, key: string, count: number): number {
  return Math.floor((Number.parseInt(digest(key).slice(0, 8), 16) / 2 ** 32) * count);
}
