import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as passMs } from 'node:timers/promises';

/** A DynamoDB that the runner talks to. */
export type LocalDynamodb = { readonly url: string; close(): Promise<void> };

export type EmbeddedOptions = {
  /** The directory of the checkout, whose packages hold the binary. */
  readonly root: string;
  readonly port: number;
  /** The file that keeps the tables; memory when there is none. */
  readonly file?: string;
  readonly onExit: (message: string) => void;
};

const readyWithinMs = 10_000;

/**
 * Ends the binary when the runner's end of the pipe closes. The system closes it however the runner dies, so that not
 * even SIGKILL leaves a database behind.
 */
const watchdog = `exec 3<&0
"$0" "$@" </dev/null 3<&- &
database=$!
{ cat <&3 >/dev/null; kill -KILL "$database" 2>/dev/null; } &
wait "$database"`;

/** Starts the embedded DynamoDB and resolves once it answers. Throws when there is none for this platform. */
export async function startEmbeddedDynamodb({ root, port, file, onExit }: EmbeddedOptions): Promise<LocalDynamodb> {
  const args = ['--host', '127.0.0.1', '--port', String(port), ...(file === undefined ? [] : ['--db-path', file])];
  const child = startProcess(findBinary(root), args);
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-2000)));
  let closing = false;
  const exited = once(child, 'exit').then(() => {
    if (!closing) onExit(`The embedded DynamoDB ended unexpectedly. ${output}`);
  });
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    closing = true;
    if (process.platform === 'win32') child.kill();
    child.stdin?.end();
    await exited;
  };
  for (const startedAtMs = performance.now(); !(await answers(url)); await passMs(15)) {
    const ended = child.exitCode !== null;
    if (!ended && performance.now() - startedAtMs < readyWithinMs) continue;
    await close();
    throw new Error(`The embedded DynamoDB does not start. ${output}`);
  }
  return { url, close };
}

/** In a process group of its own: Ctrl-C is for the runner, which then ends the database after its last caller. */
function startProcess(binary: string, args: readonly string[]): ChildProcess {
  const stdio = ['pipe', 'ignore', 'pipe'] as const;
  if (process.platform === 'win32') return spawn(binary, args, { stdio: [...stdio] });
  return spawn('/bin/sh', ['-c', watchdog, binary, ...args], { stdio: [...stdio], detached: true });
}

function findBinary(root: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  try {
    return createRequire(join(root, 'package.json')).resolve(`@dynoxide/${platform}/${binary}`);
  } catch {
    throw new Error(
      `There is no embedded DynamoDB for ${platform}: the package @dynoxide/${platform} is not installed. ` +
        'Start DynamoDB Local, and name it with DYNAMODB_ENDPOINT=http://127.0.0.1:8000.',
    );
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
