import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Some seeds, one after the other, for one process. */
export type Batch = { readonly from: number; readonly count: number };

/** What came of a batch, to its end or to the first seed that ended badly. */
export type Told = {
  readonly from: number;
  readonly hits: readonly (readonly [mark: string, times: number])[];
  readonly wrong?: { readonly seed: number; readonly sentences: readonly string[] };
};

export type Progress = {
  /** How many have been told to their end. */
  readonly told: number;
  /** All seeds before it, from the first one, have been told. */
  readonly next: number;
  readonly neverHit: readonly string[];
};

export type SeedsOptions = {
  readonly from: number;
  readonly count: number;
  /** How many processes tell. */
  readonly workers: number;
  /** What they run; the stories of everything unless said. */
  readonly worker?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends it early: what has been begun is told first. */
  readonly signal?: AbortSignal;
};

/** Long enough that asking costs nothing, short enough that stopping does not take long. */
const BATCH = 25;
/** What a story makes lives no longer than it: room for all of it spares moving it. */
const YOUNG = ['--max-semi-space-size=64'];
/** Run as it stands: a test runner would take longer for the same stories. */
const WORKER = join(process.cwd(), 'test/simulation/seed-worker.ts');

/**
 * Tells the stories of seeds in processes of their own. Nothing new is begun once one has ended badly; of those that
 * did, the first is answered.
 * @throws Error when a process dies
 */
export async function runSeeds({ from, count, workers, worker = WORKER, onProgress, signal }: SeedsOptions) {
  const hits = new Map<string, number>();
  const begun = new Set<Batch>();
  const wrong: NonNullable<Told['wrong']>[] = [];
  let nextToBegin = from;
  let told = 0;
  const progress = (): Progress => ({
    told,
    next: Math.min(nextToBegin, ...[...begun].map((batch) => batch.from), ...wrong.map(({ seed }) => seed)),
    neverHit: [...hits].flatMap(([mark, times]) => (times === 0 ? [mark] : [])),
  });

  const work = async (teller: ChildProcess) => {
    while (nextToBegin < from + count && wrong.length === 0 && signal?.aborted !== true) {
      const batch = { from: nextToBegin, count: Math.min(BATCH, from + count - nextToBegin) };
      nextToBegin += batch.count;
      begun.add(batch);
      const result = await ask(teller, batch);
      begun.delete(batch);
      for (const [mark, times] of result.hits) hits.set(mark, (hits.get(mark) ?? 0) + times);
      if (result.wrong) wrong.push(result.wrong);
      told += result.wrong ? result.wrong.seed - batch.from : batch.count;
      onProgress?.(progress());
    }
  };

  // A terminal's Ctrl-C reaches them through us only: what they have begun is told first.
  const processes = Array.from({ length: workers }, () => fork(worker, { execArgv: YOUNG, detached: true }));
  try {
    await Promise.all(processes.map(work));
  } finally {
    await Promise.all(processes.map(end));
  }
  const [first] = wrong.sort((a, b) => a.seed - b.seed);
  return { ...progress(), ...(first && { wrong: first }) };
}

async function end(teller: ChildProcess): Promise<void> {
  if (teller.exitCode !== null || teller.signalCode !== null) return;
  const ended = once(teller, 'exit');
  teller.kill();
  await ended;
}

async function ask(teller: ChildProcess, batch: Batch): Promise<Told> {
  const answered = new AbortController();
  const answer = once(teller, 'message', answered).then(([told]) => told as Told);
  const death = once(teller, 'exit', answered).then(([code, signal]) => {
    const seeds = `${batch.from} to ${batch.from + batch.count - 1}`;
    throw new Error(`The process that told seeds ${seeds} has ended by ${signal ?? `exit code ${code}`}.`);
  });
  teller.send(batch);
  try {
    return await Promise.race([answer, death]);
  } finally {
    answered.abort();
    await Promise.allSettled([answer, death]);
  }
}
