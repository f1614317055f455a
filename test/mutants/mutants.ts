/**
 * `npm run mutants -- [--folder lib/domain]… [--every 1] [--patience 4] [--again survived]`: which small changes of the
 * source no fast test notices. What is known stays known in `.mutants/` until its file changes: it goes on where it was
 * stopped. `--again` tries once more those that survived, or are uncovered. `--every 10` tries one of ten; `--table`
 * tries none.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedDynamodb } from '../../local/embedded-dynamodb.ts';
import { findFreePorts } from '../local/runner-process.ts';
import { bundleKillers } from './killers.ts';
import { openResults, tableOf, unexplained } from './results.ts';
import { type Mutant, mutate } from './sources.ts';
import { whyNobodyNotices } from './survivors.ts';
import type { Coverage, Passed, Request, Said, Trial, Verdict } from './worker.ts';

const ROOT = '.mutants';
/** A process that says nothing for so long goes round within one turn. */
const SILENCE_MS = 90_000;
/** After so many mutants, a test that killed one has to pass without any: else the process is spoilt. */
const CONTROL_EVERY = 25;

type Paths = { readonly script: string; readonly coverage: string };

const { values } = parseArgs({
  options: {
    folder: { type: 'string', multiple: true, default: ['lib'] },
    every: { type: 'string', default: '1' },
    patience: { type: 'string', default: '4' },
    again: { type: 'string', multiple: true, default: [] },
    table: { type: 'boolean', default: false },
  },
});

mkdirSync(ROOT, { recursive: true });
const { mutants, sources } = await mutate();
const results = openResults(join(ROOT, 'results.jsonl'), mutants);
const asked = mutants
  .filter(({ file }) => values.folder.some((folder) => file.startsWith(folder)))
  .filter((_, index) => index % Number(values.every) === 0);
if (!values.table) await tryThem(asked.filter(isOpen));
for (const line of [...unexplained(asked, results), '', ...tableOf(mutants, results)]) console.log(line);

function isOpen(mutant: Mutant): boolean {
  const known = results.of(mutant);
  return known === undefined || (values.again.includes(known.is) && whyNobodyNotices(mutant) === undefined);
}

async function tryThem(open: readonly Mutant[]): Promise<void> {
  const port = await findFreePorts(1);
  const database = await startEmbeddedDynamodb({ root: process.cwd(), port, onExit: (said) => console.error(said) });
  try {
    const paths = await writeKillers();
    const env = { ...process.env, DYNAMODB_ENDPOINT: database.url, SEEDS: '3' };
    if (!existsSync(paths.coverage)) await once(startWorker(env, { it: 'cover', ...paths }), 'exit');
    const coverage = JSON.parse(readFileSync(paths.coverage, 'utf8')) as Coverage;
    for (const failure of coverage.failed) console.error(`Left out, for it fails without any mutant: ${failure}`);
    const { passed } = coverage;
    console.error(
      `${passed.length} tests take ${Math.round(passed.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000)} s.`,
    );
    const trials = trialsOf(open, coverage);
    for (const { id, tests } of trials) if (tests.length === 0) results.note(id, 'uncovered');
    await judge(
      trials.filter(({ tests }) => tests.length > 0),
      paths,
      env,
    );
  } finally {
    await database.close();
  }
}

/** The same killers pass the same places: what is known of them is kept by their text. */
async function writeKillers(): Promise<Paths> {
  const text = await bundleKillers(sources);
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const paths = { script: join(ROOT, `${name}.cjs`), coverage: join(ROOT, `${name}.json`) };
  writeFileSync(paths.script, text);
  return paths;
}

/** Which tests may notice each mutant, the cheapest first, as long as all of them take no longer than `--patience`. */
function trialsOf(open: readonly Mutant[], { passed, atLoad }: Coverage): Trial[] {
  const cheapestFirst = passed.toSorted((one, other) => one.cpuMs - other.cpuMs);
  const passing = new Map<string, Passed[]>();
  for (const each of cheapestFirst) for (const id of each.mutants) passing.set(id, [...(passing.get(id) ?? []), each]);
  const ofFile = new Map<string, Set<Passed>>();
  for (const { id, file } of mutants)
    for (const each of passing.get(id) ?? []) ofFile.set(file, (ofFile.get(file) ?? new Set()).add(each));
  const loaded = new Set(atLoad);
  return open.map(({ id, file }) => {
    const isAtLoad = loaded.has(id);
    // What is made while a file is loaded can be noticed by all that use the file, and by who only looks at it.
    const sees = (each: Passed) => each.mutants.length === 0 || ofFile.get(file)?.has(each) === true;
    const able = isAtLoad ? cheapestFirst.filter(sees) : (passing.get(id) ?? []);
    return { id, isAtLoad, tests: within(Number(values.patience) * 1000, able) };
  });
}

function within(longestMs: number, tests: readonly Passed[]): string[] {
  let sum = 0;
  return tests.flatMap(({ test, cpuMs }, index) => {
    sum += cpuMs;
    return index === 0 || sum <= longestMs ? [test] : [];
  });
}

/** One process after the other: one that has met a mutant without an end, or is spoilt by one, is left behind. */
async function judge(trials: readonly Trial[], paths: Paths, env: NodeJS.ProcessEnv): Promise<void> {
  let left = trials;
  let controlEvery = CONTROL_EVERY;
  while (left.length > 0) {
    const request = { it: 'try', ...paths, trials: left, controlEvery } as const;
    const worker = startWorker(env, request);
    const known = new Set<string>();
    const note = ({ id, is, by }: Verdict) => {
      known.add(id);
      results.note(id, is, by);
    };
    let begun = '';
    let timer = setTimeout(() => {}, 0);
    worker.on('message', (said: Said) => {
      clearTimeout(timer);
      timer = setTimeout(() => worker.kill('SIGKILL'), SILENCE_MS);
      if ('begins' in said) begun = said.begins;
      else if (!said.isSpoilt || said.verdicts.length === 1) said.verdicts.forEach(note);
      controlEvery = 'isSpoilt' in said && said.isSpoilt ? 1 : controlEvery;
    });
    const [code, signal] = await once(worker, 'exit');
    clearTimeout(timer);
    if (signal === 'SIGKILL') note({ id: begun, is: 'late' });
    left = left.filter(({ id }) => !known.has(id));
    console.error(`${left.length} to go (${code ?? signal}).`);
    if (code === 0) controlEvery = CONTROL_EVERY;
  }
}

function startWorker(env: NodeJS.ProcessEnv, request: Request): ChildProcess {
  const worker = fork(join(import.meta.dirname, 'worker.ts'), { env, execArgv: ['--max-old-space-size=3000'] });
  worker.send(request);
  return worker;
}
