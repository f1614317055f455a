/** `npm start`: runs the synthesized stack on this machine until it is told to end. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { compileCacheDirectory } from '#local/compile-cache.ts';
import type { Options } from '#local/options.ts';
import { hearInterruption } from './command-line/interruption.ts';
import { CommandError } from './command-line/options.ts';
import { localUsage, parseLocalCommand } from './local/options.ts';

const root = join(import.meta.dirname, '..');
enableCompileCache(compileCacheDirectory(root));

const ending = new AbortController();
const ended = new Promise<void>((resolve) => {
  ending.signal.addEventListener('abort', () => resolve());
});
// To be interrupted is how it ends, and no failure.
hearInterruption().signal.addEventListener('abort', () => ending.abort());

// A reader that goes away, of the ready line say, must not end the runner.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function run(options: Options): Promise<void> {
  // Loaded late, so that a signal is heard from the beginning.
  const [{ startRunner }, { screenOf }] = await Promise.all([import('#local/start.ts'), import('#local/screen.ts')]);
  if (!options.json) console.error('Synthesizing and starting the stack takes a few seconds.\n');
  const runner = await startRunner(options, {
    root,
    env: process.env,
    onLog: (from, line) => console.error(`${from} | ${line}`),
    onFatal: (message) => {
      console.error(message);
      process.exitCode = 1;
      ending.abort();
    },
    signal: ending.signal,
  });
  const text = screenOf(runner);
  if (options.json) {
    console.error(text);
    process.stdout.write(`${JSON.stringify(runner.ready)}\n`);
  } else process.stdout.write(text);
  await ended;
  if (!options.json) console.error('Ending.');
  await runner.close();
}

try {
  const options = parseLocalCommand(process.argv.slice(2));
  if (options === 'help') process.stdout.write(localUsage);
  else await run(options);
} catch (error) {
  if (!ending.signal.aborted) {
    const told = error instanceof CommandError ? `${error.message}\n` : error;
    console.error(told instanceof Error ? told.message : told);
    process.exitCode = error instanceof CommandError ? 2 : 1;
  }
}
// Whatever a library still waits for, the runner has closed what it opened.
process.exit();
