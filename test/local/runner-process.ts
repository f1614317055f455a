import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { ReadyLine } from '../../local/ready-line.ts';

export type RunnerProcess = {
  readonly child: ChildProcess;
  /** All that it has written so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves with its exit code, null after a signal. */
  readonly exited: Promise<number | null>;
};

export type ReadyRunner = RunnerProcess & { readonly ready: ReadyLine };

/** Starts `npm start` with these arguments, without npm. */
export function spawnRunner(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunnerProcess {
  const child = spawn(process.execPath, [join('bin', 'local.ts'), ...args], {
    env: { ...process.env, STRIPE_SECRET_KEY: '', DYNAMODB_ENDPOINT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, exited };
}

/** Starts a runner and waits for its ready line. Throws with what it wrote when it ends before. */
export async function startReadyRunner(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ReadyRunner> {
  const runner = spawnRunner(['--json', '--schedules', 'off', ...args], env);
  const ended = runner.exited.then((code) => {
    throw new Error(`The runner ended with ${code} before it was ready:\n${runner.output.stderr}`);
  });
  const line = new Promise<void>((resolve) => {
    runner.child.stdout?.on('data', () => runner.output.stdout.includes('\n') && resolve());
  });
  await Promise.race([line, ended]);
  ended.catch(() => {});
  return { ...runner, ready: JSON.parse(runner.output.stdout) as ReadyLine };
}

/** The first of `count` ports in a row that nobody listens on. */
export async function findFreePorts(count = 5): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`There are no ${count} free ports in a row`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const free = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]).catch(() => false);
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** Whether somebody accepts connections there. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
