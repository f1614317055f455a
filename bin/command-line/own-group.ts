import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

export type OwnGroup<Child extends ChildProcess> = {
  readonly child: Child;
  /** Asks it to end in order. */
  end(): void;
};

/**
 * Starts a program that is ended by us and by nobody else: a terminal's Ctrl-C reaches it only through `end`, when we
 * know of it too. Nothing that it has started outlives this process, unless this one is killed.
 */
export function spawnInOwnGroup<Child extends ChildProcess>(
  args: readonly string[],
  options: SpawnOptions,
  interrupted: AbortSignal,
): OwnGroup<Child> {
  const child = spawn(process.execPath, args, { ...options, detached: true }) as Child;
  let isEnding = false;
  const end = () => {
    // Asked twice, a stack would end at once rather than in order.
    if (!isEnding) child.kill('SIGTERM');
    isEnding = true;
  };
  if (interrupted.aborted) end();
  interrupted.addEventListener('abort', end, { once: true });
  process.once('exit', () => {
    try {
      process.kill(-Number(child.pid), 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  });
  return { child, end };
}
