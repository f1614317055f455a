import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { type BenchOptions, benchPart } from './part.ts';
import { measureUsed, type Used } from './used.ts';
import { withStack } from './with-stack.ts';

export type Counted = Used & {
  readonly operation: string;
  readonly floor: Operation['floor'];
  /** Whether it makes no more calls than its floor and one of DynamoDB. */
  readonly isWithin: boolean;
};

/** Above its floor no operation may be by more than this. */
const MOST_ABOVE_DYNAMODB = 1;

/** Beside what it is, what it has to be at least. */
const beside = (count: number, floor: number | undefined) => (floor === undefined ? count : `${count} (${floor})`);

/** What each operation uses: calls by service, units, state transitions, invocations. */
export const counts = benchPart<Counted>({
  name: 'counts',
  columns: [
    ['Operation', 43],
    ['Stripe (floor)', 16],
    ['DynamoDB (floor)', 18],
    ['SQS', 5],
    ['Items written', 15],
    ['Read units', 12],
    ['Write units', 13],
    ['Transitions', 13],
    ['Invocations', 13],
  ],
  measure: countOperations,
  cellsOf: ({ operation, floor, ...used }) => [
    ...[operation, beside(used.stripe, floor?.stripe), beside(used.dynamodb, floor?.dynamodb), used.sqs],
    ...[used.itemWrites, used.readUnits, used.writeUnits, used.stateTransitions, used.invocations],
  ],
  missedBy: (rows) =>
    rows
      .filter(({ isWithin }) => !isWithin)
      .map(({ operation, calls }) => {
        const made = Object.entries(calls).map(([call, times]) => `${times} × ${call}`);
        return `${operation} within one call of its floor: ${made.join(', ')}`;
      }),
});

/** What each operation whose name has `only` in it uses; once to warm its functions up, and once to be counted. */
function countOperations(options: BenchOptions, tell: (counted: Counted) => void): Promise<Counted[]> {
  return withStack(options, async (stage, ready) => {
    const all: Counted[] = [];
    for (const operation of OPERATIONS.filter(({ name }) => name.includes(options.only))) {
      await (await operation.prepare(stage, ready))();
      await stage.settle();
      const used = await measureUsed(ready, stage.settle, await operation.prepare(stage, ready));
      const { name, floor } = operation;
      const isWithin =
        floor === undefined || (used.stripe <= floor.stripe && used.dynamodb <= floor.dynamodb + MOST_ABOVE_DYNAMODB);
      const counted = { operation: name, floor, isWithin, ...used };
      tell(counted);
      all.push(counted);
    }
    return all;
  });
}
