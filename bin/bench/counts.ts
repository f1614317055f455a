import type { ReadyLine } from '#local/ready-line.ts';
import { openStage } from '../demo/stage.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { measureUsed, type Used } from './used.ts';

export type Counted = Used & {
  readonly operation: string;
  readonly floor: Operation['floor'];
  /** Whether it makes no more calls than its floor and one of DynamoDB. */
  readonly isWithin: boolean;
};

/** Above its floor no operation may be by more than this. */
const MOST_ABOVE_DYNAMODB = 1;

/** What each operation whose name has `only` in it uses; once to warm its functions up, and once to be counted. */
export async function countOperations(
  ready: ReadyLine,
  only: string,
  tell: (counted: Counted) => void,
): Promise<Counted[]> {
  const stage = await openStage(ready);
  // An echo of what is counted would be counted with it.
  await stage.sandbox('POST', '/webhooks', { mode: 'hold' });
  const all: Counted[] = [];
  for (const operation of OPERATIONS.filter(({ name }) => name.includes(only))) {
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
}
