import type { Survivor } from './reasons.ts';

export const OF_SYNC: readonly Survivor[] = [];
