import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Mutant } from './sources.ts';
import { whyNobodyNotices } from './survivors.ts';

export type Fate = 'killed' | 'late' | 'survived' | 'uncovered';
type Result = { readonly is: Fate; readonly by?: string };

/** What is known of mutants, by the file that keeps it: the last word counts. */
export function openResults(path: string, mutants: readonly Mutant[]) {
  const names = namesOf(mutants);
  const known = new Map<string, Result>();
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  for (const line of lines.filter(Boolean)) {
    const { name, ...result } = JSON.parse(line) as Result & { readonly name: string };
    known.set(name, result);
  }
  return {
    of: ({ id }: Mutant) => known.get(names.get(id) ?? ''),
    note(id: string, is: Fate, by?: string): void {
      const name = names.get(id) ?? '';
      known.set(name, { is, ...(by !== undefined && { by }) });
      appendFileSync(path, `${JSON.stringify({ name, ...known.get(name) })}\n`);
    },
  };
}

export type Results = ReturnType<typeof openResults>;

/** Where several begin at one place and become the same, as `a` and `a || b`, what stood there tells them apart. */
function namesOf(mutants: readonly Mutant[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const mutant of mutants) counts.set(nameOf(mutant), (counts.get(nameOf(mutant)) ?? 0) + 1);
  return new Map(
    mutants.map((mutant) => {
      const name = nameOf(mutant);
      return [mutant.id, counts.get(name) === 1 ? name : `${name} ${mutant.original}`];
    }),
  );
}

function nameOf({ file, fileHash, line, column, kind, replacement }: Mutant): string {
  return [file, fileHash, line, column, kind, replacement].join(' ');
}

/** How many of each folder's mutants came to what, as a table of Markdown. */
export function tableOf(mutants: readonly Mutant[], results: Results): string[] {
  const folders = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    if (results.of(mutant) === undefined) continue;
    const folder = folderOf(mutant);
    folders.set(folder, [...(folders.get(folder) ?? []), mutant]);
  }
  const row = (name: string, these: readonly Mutant[]) => {
    const count = (...fates: Fate[]) => these.filter((mutant) => fates.includes(results.of(mutant)?.is as Fate)).length;
    const explained = these.filter((mutant) => isAlive(results.of(mutant)) && whyNobodyNotices(mutant) !== undefined);
    const dead = count('killed', 'late');
    const score = Math.round((1000 * dead) / Math.max(1, these.length)) / 10;
    const counts = [count('killed'), count('late'), count('survived'), count('uncovered'), explained.length];
    const cells = [name, these.length, ...counts];
    return `| ${[...cells, `${score} %`].join(' | ')} |`;
  };
  return [
    '| folder | mutants | killed | timed out | survived | no coverage | explained | score |',
    '|---|---|---|---|---|---|---|---|',
    ...[...folders].map(([folder, these]) => row(folder, these)),
    row('all', [...folders.values()].flat()),
  ];
}

/** Those that nobody noticed, and nobody has explained. */
export function unexplained(mutants: readonly Mutant[], results: Results): string[] {
  return mutants
    .filter((mutant) => isAlive(results.of(mutant)) && whyNobodyNotices(mutant) === undefined)
    .map((mutant) => {
      const { file, line, kind, original, replacement } = mutant;
      return `${file}:${line} ${results.of(mutant)?.is} ${kind}: ${original} => ${replacement.replaceAll(/\s+/g, ' ')}`;
    });
}

function isAlive(result: Result | undefined): boolean {
  return result?.is === 'survived' || result?.is === 'uncovered';
}

function folderOf({ file }: Mutant): string {
  return file
    .split('/')
    .slice(0, file.startsWith('lib/domain') ? 2 : 3)
    .join('/');
}
