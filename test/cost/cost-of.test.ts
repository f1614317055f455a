import { readFileSync } from 'node:fs';
import { costOf, type Prices } from '../../bin/cost/cost-of.ts';

const published: Prices & { readonly date: string; readonly source: string } = JSON.parse(
  readFileSync('bin/cost/prices.json', 'utf8'),
);
const used = { readUnits: 2, writeUnits: 28, stateTransitions: 3, invocations: 2, busyMs: 200, sqs: 1 };

describe('the price of a million', () => {
  it('is the sum of what each service asks for what was used', () => {
    const cost = costOf({ operation: 'create, protected', ...used }, published);
    expect(cost).toMatchObject({ dynamodb: 17.75, states: 75, queue: expect.closeTo(1.5), api: 1 });
    // Two invocations, and a tenth of a gigabyte-second.
    expect(cost.lambda).toBeCloseTo(0.4 + 1.33334);
    // Of two traces that may begin, five in a hundred are recorded.
    expect(cost.traces).toBeCloseTo(0.5);
    expect(cost.total).toBeCloseTo(17.75 + 75 + 1.5 + 1 + 1.73334 + 0.5);
  });

  it.each(['schedule cleanup', 'webhook, our own echo'])('has no HTTP API in it: %s', (operation) => {
    expect(costOf({ operation, ...used }, published).api).toBe(0);
  });

  it('has every trace of a schedule in it, which is alone in its second', () => {
    expect(costOf({ operation: 'schedule cleanup', ...used }, published).traces).toBe(10);
  });

  it('stands on prices with a date and a source', () => {
    expect(published.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(published.source).toContain('https://aws.amazon.com/');
  });

  it('is in docs/capacity.md for every operation that docs/benchmarks.md counts, and of the same counts', () => {
    const costs = tableIn('docs/capacity.md', '<!-- cost:');
    const counts = tableIn('docs/benchmarks.md', '<!-- bench: counts -->');
    const { dynamodbReadUnit, dynamodbWriteUnit, stateTransition } = published.perMillion;
    const wanted = counts.map((row) => [
      row['Operation'],
      (Number(row['Read units']) * dynamodbReadUnit + Number(row['Write units']) * dynamodbWriteUnit).toFixed(2),
      (Number(row['Transitions']) * stateTransition).toFixed(2),
    ]);
    expect(costs.map((row) => [row['Operation'], row['DynamoDB'], row['Step Functions']])).toEqual(wanted);
    expect(counts.length).toBeGreaterThan(20);
  });
});

/** The rows of the first table after a mark, by their headings. */
function tableIn(path: string, mark: string): Record<string, string>[] {
  const [, rest = ''] = readFileSync(path, 'utf8').split(mark);
  const lines = rest.slice(rest.indexOf('\n|') + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const [headings = [], , ...rows] = lines.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  return rows.map((cells) => Object.fromEntries(headings.map((heading, index) => [heading, cells[index] ?? ''])));
}
