import { reporting } from '../../lib/service/import-report.ts';

describe('the report of an import', () => {
  it('lists in the order of the file, whichever row ended first', () => {
    const measures = { nowMs: () => 0, stripeRequests: () => 0 };
    const { tell, soFar } = reporting({ source: 'csv', isDryRun: false }, measures, () => {});
    for (const line of [6, 4, 7, 5]) tell({ is: 'refused', line, reason: 'odd' });
    expect(soFar().refused.map(({ line }) => line)).toEqual([4, 5, 6, 7]);
  });
});
