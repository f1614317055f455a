import { MANY } from '../repair/at-size.ts';
import type { PlantedBug } from '../stack/planted-bug.ts';

/**
 * No bug, but a deployment that looks a second time at once at what it found to differ. The five seconds between are for
 * what is on its way, and when a story is told nothing is; nearly all of its time would go into them.
 */
const LOOKS_AGAIN_AT_ONCE: PlantedBug = {
  file: 'lib/use-cases/repair/compare/walk.ts',
  guard: 'const SETTLE_MS = 5_000;',
  without: 'const SETTLE_MS = 0;',
  isHarmless: true,
};

/** What differs, in the deployments that stories are told to, from this checkout. */
export const DEPLOYMENTS = {
  any: [LOOKS_AGAIN_AT_ONCE],
  atSize: [LOOKS_AGAIN_AT_ONCE, MANY],
} as const;
