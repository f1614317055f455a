import { commitPromises } from './catalog-store.commit-promises.ts';
import { conditionPromises } from './catalog-store.condition-promises.ts';
import { counterPromises } from './catalog-store.counter-promises.ts';
import { listPromises } from './catalog-store.list-promises.ts';
import { racePromises } from './catalog-store.race-promises.ts';
import { readPromises } from './catalog-store.read-promises.ts';
import { scanPromises } from './catalog-store.scan-promises.ts';
import type { CatalogPromise } from './catalog-store.stage.ts';

/** What every catalog store promises. */
export const catalogPromises: readonly CatalogPromise[] = [
  ...conditionPromises,
  ...commitPromises,
  ...counterPromises,
  ...racePromises,
  ...readPromises,
  ...listPromises,
  ...scanPromises,
];
