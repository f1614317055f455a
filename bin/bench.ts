/** `npm run bench`: measures the synthesized stack, each part alone. docs/benchmarks.md says what is measured. */
import { join } from 'node:path';
import { cold } from './bench/cold.ts';
import { contention } from './bench/contention.ts';
import { type Counted, counts } from './bench/counts.ts';
import { writeDocument } from './bench/document.ts';
import { growth } from './bench/growth.ts';
import { load } from './bench/load.ts';
import { describeMachine } from './bench/machine.ts';
import { type BenchCommand, benchUsage, parseBenchCommand } from './bench/options.ts';
import type { BenchPart, Cell, PartReport } from './bench/part.ts';
import { runner } from './bench/runner.ts';
import { runCommand } from './command-line/command.ts';
import { showingProgress } from './command-line/progress.ts';
import { costsOf, costTable, writeCosts } from './cost/document.ts';

/** What is sensitive to a machine that has just worked hard comes first. */
const PARTS: readonly BenchPart[] = [runner, cold, load, counts, contention, growth];

const root = join(import.meta.dirname, '..');

async function run(command: BenchCommand, interrupted: AbortSignal): Promise<boolean> {
  const progress = showingProgress();
  const say = (line: string) => {
    progress.end();
    (command.isJson ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const machine = describeMachine();
  say(machine);
  const reports: (readonly [BenchPart, PartReport])[] = [];
  for (const part of PARTS.filter(({ name }) => command.parts.includes(name))) {
    const beganMs = performance.now();
    say(
      `\n${row(
        part,
        part.columns.map(([heading]) => heading),
      )}`,
    );
    const options = { ...command, root, interrupted, progress };
    const report = await part.run(options, (cells) => say(row(part, cells))).finally(progress.end);
    for (const missed of report.missed) say(`wanted: ${missed}`);
    say(`(${part.name}: ${((performance.now() - beganMs) / 1000).toFixed(0)} s)`);
    reports.push([part, report]);
  }
  const figures = Object.fromEntries(reports.map(([{ name }, { rows }]) => [name, rows]));
  if (command.isWritten) {
    await writeDocument(root, machine, reports);
    // What an operation costs is said of the same counts.
    const counted = figures['counts'] as readonly Counted[] | undefined;
    if (counted !== undefined) await writeCosts(root, costTable(await costsOf(root, counted)));
  }
  if (command.isJson) process.stdout.write(`${JSON.stringify({ machine, ...figures })}\n`);
  return reports.every(([, { missed }]) => missed.length === 0);
}

function row({ columns }: BenchPart, cells: readonly Cell[]): string {
  const padded = columns.map(([, width], index) => {
    const cell = String(cells[index] ?? '');
    return index === 0 ? cell.padEnd(width) : ` ${cell}`.padStart(width);
  });
  return padded.join('').trimEnd();
}

await runCommand({
  usage: benchUsage,
  leaves: 'What was printed was measured; the stack was its own, and is gone.',
  parse(args) {
    const names = PARTS.map(({ name }) => name);
    return parseBenchCommand(args, names);
  },
  run,
});
