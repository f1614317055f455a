import { bucketsFor, type ComparisonPlace, type ComparisonWalk, progressOf } from '#domain/consistency-run.ts';

const BUCKETS = 4;
const CUSTOMERS = 200;
const met = (place: ComparisonPlace, stripeCustomers = 0, catalogCustomers = 0): ComparisonWalk => ({
  ...{ place, begunAt: '2026-01-01T00:00:00.000Z', stripeCustomers, catalogCustomers },
});
const match = (table: 'emails' | 'customers', bucket: number): ComparisonPlace => ({ stage: 'match', table, bucket });
const look = (bucket: number): ComparisonPlace => ({ stage: 'look', bucket, after: '' });

/** A comparison from its beginning to its end, with what is behind it by then. */
const WALK: readonly (readonly [number, ComparisonWalk])[] = [
  [0, met({ stage: 'list' })],
  [0.2, met({ stage: 'list' }, 100)],
  [0.4, met({ stage: 'list' }, 200)],
  [0.4, met({ stage: 'scan', from: [] }, 200)],
  [0.55, met({ stage: 'scan', from: [] }, 200, 100)],
  [0.7, met({ stage: 'scan', from: [] }, 200, 200)],
  [0.7, met(match('emails', 0), 200, 200)],
  [0.725, met(match('emails', 2), 200, 200)],
  [0.75, met(match('customers', 0), 200, 200)],
  [0.775, met(match('customers', 2), 200, 200)],
  [0.8, met(look(0), 200, 200)],
  [0.875, met(look(2), 200, 200)],
  [0.95, met({ stage: 'end' }, 200, 200)],
];

describe('a comparison', () => {
  it('tells how much of it is behind it', () => {
    const told = WALK.map(([, walk]) => progressOf(walk, CUSTOMERS, BUCKETS));
    expect(told).toEqual(WALK.map(([progress]) => expect.closeTo(progress, 9)));
  });

  it('never tells more than a stage is worth, however many there are by now', () => {
    expect(progressOf(met({ stage: 'list' }, 1_000), CUSTOMERS, BUCKETS)).toBeCloseTo(0.4);
    expect(progressOf(met({ stage: 'scan', from: [] }, 0, 1_000), CUSTOMERS, BUCKETS)).toBeCloseTo(0.7);
    expect(progressOf(met({ stage: 'list' }), 0, BUCKETS)).toBe(0);
    expect(progressOf(met({ stage: 'list' }, 1), 0, BUCKETS)).toBeCloseTo(0.4);
  });

  it.each([
    [1, 1],
    [100, 1],
    [101, 2],
    [5_000, 50],
    [51_200, 512],
    [1_000_000, 512],
    // Nobody knows: as many as there may be.
    [0, 512],
  ])('of %d customers has %d buckets', (customers, buckets) => {
    expect(bucketsFor(customers)).toBe(buckets);
  });
});
