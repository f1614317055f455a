import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Measured, measureWalk, type Walked } from './measured-run.ts';
import type { Tables } from './tables.ts';

/** `isForMemory`: the time is of no use then, because of all the looks at the memory. */
export type Walk = { readonly walked: Walked; readonly isForMemory: boolean };

/** The word by which `bin/scale.ts` knows that it is such a process. */
export const MEASURE = '--measure';

/** Measures a walk in a process of its own, so that nothing but its work is in that one's memory. */
export async function walkInOwnProcess(
  walk: Walk,
  tables: Tables,
  stripe: string,
  signal: AbortSignal,
): Promise<Measured> {
  const script = join(import.meta.dirname, '..', 'scale.ts');
  const asked = JSON.stringify({ walk, tables, stripe });
  const args = ['--expose-gc', script, MEASURE, asked];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
  return JSON.parse(stdout);
}

/** What such a process does. */
export async function measureAsAsked(asked: string): Promise<void> {
  const { walk, tables, stripe } = JSON.parse(asked) as { walk: Walk; tables: Tables; stripe: string };
  process.stdout.write(JSON.stringify(await measureWalk(tables, stripe, walk.walked, walk.isForMemory)));
}
