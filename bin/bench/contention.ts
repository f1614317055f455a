import { benchPart } from './part.ts';
export const contention = benchPart<string>({
  name: 'contention',
  columns: [],
  measure: async () => [],
  cellsOf: () => [],
  missedBy: () => [],
});
