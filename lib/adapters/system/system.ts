import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '#ports/pokes.ts';
import type { Clock, Random } from '#ports/system.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

/** The machine's own randomness. */
export const systemRandom: Random = { id: () => randomUUID(), fraction: () => Math.random() };

export const systemDigest: Digest = (text) => createHash('sha256').update(text).digest('hex');

/**
 * A setting that the deployment gives this function.
 * @throws Error that names it when it is not there.
 */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
