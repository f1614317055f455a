import { benchPart } from './part.ts';
export const growth = benchPart<string>({
  name: 'growth',
  columns: [],
  measure: async () => [],
  cellsOf: () => [],
  missedBy: () => [],
});
