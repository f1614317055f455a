import type { Progress } from '../command-line/progress.ts';
import type { Plot } from './plot.ts';

/** What one run of the bench was asked for. */
export type BenchOptions = {
  readonly root: string;
  /** The first of five ports for a stack; undefined: whichever are free. */
  readonly port: number | undefined;
  /** Another checkout, of this or an earlier version, whose load is measured in turn with this one's. */
  readonly beside: string | undefined;
  /** Of what is counted, those whose name has this in it. */
  readonly only: string;
  /** How many requests make a load. */
  readonly requests: number;
  /** How many write to one thing at once, at most. */
  readonly writers: number;
  /** How many customers there are, at most. */
  readonly customers: number;
  /** Ends it, whatever it is at. */
  readonly interrupted: AbortSignal;
  /** Shows how far it is with a row that takes long. */
  readonly progress: Progress;
};

export type Cell = string | number;
type Column = readonly [heading: string, width: number];

/** Something that the bench measures, and how it is told: a row is what was measured of one thing. */
type Part<Row> = {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Tells of each row as soon as it is measured. */
  measure(options: BenchOptions, tell: (row: Row) => void): Promise<readonly Row[]>;
  cellsOf(row: Row): readonly Cell[];
  /** What is wanted of the rows and does not hold, a sentence each. */
  missedBy(rows: readonly Row[]): readonly string[];
  readonly plotsOf?: (rows: readonly Row[]) => readonly Plot[];
};

/** What a part has measured, ready to be shown. */
export type PartReport = {
  readonly rows: readonly unknown[];
  readonly cells: readonly (readonly Cell[])[];
  readonly missed: readonly string[];
  readonly plots: readonly Plot[];
};

/** A part of which only the bench's own words are left. */
export type BenchPart = {
  readonly name: string;
  readonly columns: readonly Column[];
  run(options: BenchOptions, tell: (cells: readonly Cell[]) => void): Promise<PartReport>;
};

export function benchPart<Row>({ name, columns, measure, cellsOf, missedBy, plotsOf }: Part<Row>): BenchPart {
  return {
    name,
    columns,
    async run(options, tell) {
      const rows = await measure(options, (row) => tell(cellsOf(row)));
      return { rows, cells: rows.map(cellsOf), missed: missedBy(rows), plots: plotsOf?.(rows) ?? [] };
    },
  };
}
