import type { PlantedBug } from '../stack/planted-bug.ts';

/** No bug, but a deployment to which three customers are many. */
export const MANY: PlantedBug = {
  file: 'cdk.json',
  guard: '"context": {',
  without: '"context": {\n    "mostAtOnce": 3,',
  isHarmless: true,
};
