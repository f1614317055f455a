import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchPart, Cell, PartReport } from './part.ts';
import { drawPlot } from './plot.ts';

const END = '<!-- /bench -->';

/** Puts what was measured into docs/benchmarks.md, each part in its place, and its plots beside the other pictures. */
export async function writeDocument(
  root: string,
  machine: string,
  reports: readonly (readonly [BenchPart, PartReport])[],
): Promise<void> {
  const path = join(root, 'docs', 'benchmarks.md');
  const images = join(root, 'docs', 'images');
  await mkdir(images, { recursive: true });
  let document = await readFile(path, 'utf8');
  for (const [part, report] of reports) {
    const pictures = report.plots.map(({ file, title }) => `![${title}](images/${file}.svg)`);
    const shown = [markdownTable(part, report.cells), ...pictures].join('\n\n');
    document = withSection(document, part.name, `${machine}\n\n${shown}`);
    for (const plot of report.plots) await writeFile(join(images, `${plot.file}.svg`), drawPlot(plot));
  }
  await writeFile(path, document);
}

function markdownTable({ columns }: BenchPart, cells: readonly (readonly Cell[])[]): string {
  const row = (each: readonly Cell[]) => `| ${each.join(' | ')} |`;
  const line = columns.map((_, index) => (index === 0 ? '---' : '--:'));
  return [row(columns.map(([heading]) => heading)), `|${line.join('|')}|`, ...cells.map(row)].join('\n');
}

/** The document with a part's section made anew. @throws Error when there is no place for it */
export function withSection(document: string, name: string, section: string): string {
  const begin = `<!-- bench: ${name} -->`;
  const [before, rest] = document.split(begin);
  const end = rest?.indexOf(END) ?? -1;
  if (rest === undefined || end < 0) throw new Error(`docs/benchmarks.md has no place for ${name}: ${begin} … ${END}`);
  return `${before}${begin}\n${section}\n${rest.slice(end)}`;
}
