/** `npm run mutants`: which small changes of the source no fast test notices. docs/mutants.md says how. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, runCommand } from '../../bin/command-line/command.ts';
import { CommandError, FLAG, numberOf, readOptions, TEXT } from '../../bin/command-line/options.ts';
import { barOf, showingProgress } from '../../bin/command-line/progress.ts';
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

const usage = `Makes every small change of the source, one at a time, and asks which of them no fast test notices.

  npm run mutants -- [FOLDER …] [--every N] [--patience SECONDS] [--again survived|uncovered|late] [--table]

  FOLDER              those in these only (lib)
  --every N           one of so many (1)
  --patience SECONDS  runs the tests that may notice one as long as they take no longer than this, the cheapest first (4)
  --again VERDICT     tries once more those of which this is known, and no reason
  --table             tries none, and prints what is known
  --help              prints this

What is known stays in .mutants/ until its file changes: it goes on where it was stopped.

${exitCodes('each is noticed, or has its reason', 'some are not, which are printed')}`;

const VERDICTS = ['survived', 'uncovered', 'late'];

type Asked = {
  readonly folders: readonly string[];
  readonly every: number;
  readonly patienceMs: number;
  readonly again: string | undefined;
  readonly isTable: boolean;
};

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { every: TEXT, patience: TEXT, again: TEXT, table: FLAG }, 'words');
  if (asked === 'help') return 'help';
  const { every = '1', patience = '4', again, table = false } = asked.values;
  if (again !== undefined && !VERDICTS.includes(again)) throw new CommandError(`--again is ${VERDICTS.join(' or ')}.`);
  return {
    folders: asked.words.length > 0 ? asked.words : ['lib'],
    every: numberOf('--every', every, { least: 1, most: 10_000 }),
    patienceMs: numberOf('--patience', patience, { least: 1, most: 600 }) * 1000,
    ...{ again, isTable: table },
  };
}

async function run({ folders, every, patienceMs, again, isTable }: Asked, interrupted: AbortSignal): Promise<boolean> {
  mkdirSync(ROOT, { recursive: true });
  const { mutants, sources } = await mutate();
  const results = openResults(join(ROOT, 'results.jsonl'), mutants);
  const asked = mutants
    .filter(({ file }) => folders.some((folder) => file.startsWith(folder)))
    .filter((_, index) => index % every === 0);
  if (asked.length === 0) throw new CommandError(`There is nothing to change in ${folders.join(' or ')}.`);
  const isOpen = (mutant: Mutant) => {
    const known = results.of(mutant);
    return known === undefined || (known.is === again && whyNobodyNotices(mutant) === undefined);
  };
  const search = { mutants, sources, results, patienceMs, interrupted };
  if (!isTable) await tryThem(search, asked.filter(isOpen));
  const left = unexplained(asked, results);
  for (const line of [...left, '', ...tableOf(mutants, results)]) console.log(line);
  return left.length === 0;
}

type Search = {
  readonly mutants: readonly Mutant[];
  readonly sources: Awaited<ReturnType<typeof mutate>>['sources'];
  readonly results: ReturnType<typeof openResults>;
  readonly patienceMs: number;
  readonly interrupted: AbortSignal;
};

async function tryThem(search: Search, open: readonly Mutant[]): Promise<void> {
  const port = await findFreePorts(1);
  const database = await startEmbeddedDynamodb({ root: process.cwd(), port, onExit: (said) => console.error(said) });
  try {
    const paths = await writeKillers(search);
    const env = { ...process.env, DYNAMODB_ENDPOINT: database.url, SEEDS: '3' };
    if (!existsSync(paths.coverage)) {
      console.error('Running each test once, to see what it passes.');
      await once(startWorker(env, { it: 'cover', ...paths }), 'exit');
    }
    const coverage = JSON.parse(readFileSync(paths.coverage, 'utf8')) as Coverage;
    for (const failure of coverage.failed) console.error(`Left out, for it fails without any mutant: ${failure}`);
    const { passed } = coverage;
    console.error(
      `${passed.length} tests take ${Math.round(passed.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000)} s.`,
    );
    const trials = trialsOf(search, open, coverage);
    for (const { id, tests } of trials) if (tests.length === 0) search.results.note(id, 'uncovered');
    const able = trials.filter(({ tests }) => tests.length > 0);
    await judge(search, able, paths, env);
  } finally {
    await database.close();
  }
}

/** The same killers pass the same places: what is known of them is kept by their text. */
async function writeKillers({ sources }: Search): Promise<Paths> {
  const text = await bundleKillers(sources);
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const paths = { script: join(ROOT, `${name}.cjs`), coverage: join(ROOT, `${name}.json`) };
  writeFileSync(paths.script, text);
  return paths;
}

/** Which tests may notice each mutant, the cheapest first, as long as all of them take no longer than `--patience`. */
function trialsOf({ mutants, patienceMs }: Search, open: readonly Mutant[], { passed, atLoad }: Coverage): Trial[] {
  const cheapestFirst = passed.toSorted((one, other) => one.cpuMs - other.cpuMs);
  const passing = new Map<string, Passed[]>();
  for (const each of cheapestFirst) for (const id of each.mutants) passing.set(id, [...(passing.get(id) ?? []), each]);
  const ofFile = new Map<string, Set<Passed>>();
  for (const { id, file } of mutants)
    for (const each of passing.get(id) ?? []) ofFile.set(file, (ofFile.get(file) ?? new Set()).add(each));
  const loaded = new Set(atLoad);
  return open.map(({ id, file }) => {
    const isAtLoad = loaded.has(id);
    // What is made while a file is loaded can be noticed by all that use the file, and by who only looks at it; where all
    // of a file is made then, nothing tells who uses it.
    const users = ofFile.get(file);
    const sees = (each: Passed) => each.mutants.length === 0 || users === undefined || users.has(each);
    const able = isAtLoad ? cheapestFirst.filter(sees) : (passing.get(id) ?? []);
    return { id, isAtLoad, tests: within(patienceMs, able) };
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
async function judge(
  { results, interrupted }: Search,
  trials: readonly Trial[],
  paths: Paths,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const progress = showingProgress();
  let left = trials;
  let controlEvery = CONTROL_EVERY;
  while (left.length > 0) {
    const request = { it: 'try', ...paths, trials: left, controlEvery } as const;
    const worker = startWorker(env, request);
    const end = () => worker.kill('SIGTERM');
    interrupted.addEventListener('abort', end, { once: true });
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
      const toGo = left.length - known.size;
      progress.show(() => `${barOf(1 - toGo / trials.length)} ${toGo} of ${trials.length} to go`);
    });
    const [code, signal] = await once(worker, 'exit');
    clearTimeout(timer);
    progress.end();
    interrupted.removeEventListener('abort', end);
    if (interrupted.aborted) return;
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

await runCommand({ usage, leaves: 'What was tried is known in .mutants/.', parse, run });
