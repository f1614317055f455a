import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { assertPortsFree } from '#local/ports.ts';
import type { ReadyLine } from '#local/ready-line.ts';
import { CommandError } from '../command-line/options.ts';
import { spawnInOwnGroup } from '../command-line/own-group.ts';

/** Where free ports are looked for, clear of the runner's own. */
const FIRST_PORT = 4500;
const PORTS_TRIED = 50;

export type ChildStack = { readonly ready: ReadyLine; stop(): Promise<void> };

type Wanted = {
  readonly root: string;
  readonly port: number | undefined;
  /** Ends it, whatever it is at. */
  readonly interrupted: AbortSignal;
};

/** Starts `npm start`'s own program, in memory and with schedules that run only when asked. @throws CommandError */
export async function startChildStack({ root, port, interrupted }: Wanted): Promise<ChildStack> {
  const first = String(port ?? (await freePort()));
  const args = ['bin/local.ts', '--json', '--schedules', 'off', '--port', first];
  const { child, end } = spawnInOwnGroup<ChildProcessByStdio<null, Readable, Readable>>(
    args,
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    interrupted,
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)));
    exited.then(() => reject(new CommandError(`The stack did not start:\n${said}`)));
  });
  return {
    ready,
    async stop() {
      end();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_TRIED; tries += 1) {
    const first = FIRST_PORT + tries * 5;
    const areFree = await assertPortsFree([0, 1, 2, 3, 4].map((offset) => first + offset)).then(
      () => true,
      () => false,
    );
    if (areFree) return first;
  }
  throw new CommandError('There are no five free ports in a row: choose some with --port.');
}
