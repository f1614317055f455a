import type { Claimed, Known, Tables } from './entries.ts';
import type { Suspect } from './suspect.ts';

/**
 * Where a walk puts what it meets. Whatever has the same key comes into the same bucket, in the order in which it was
 * added, so that one bucket after the other can be matched by itself, and no more than one is in memory.
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
