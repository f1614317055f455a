import { ProblemError } from '#domain/problem.ts';
import type { Action, ActionLog } from '#ports/action-log.ts';
import { type Clock, iso, type Log, type Random } from '#ports/system.ts';

export type RecordDeps = {
  readonly actions: ActionLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What is asked for, and by whom. */
export type AskedAction = Pick<Action, 'asked' | 'caller' | 'name' | 'requestId' | 'target'>;

/**
 * Does what an administrator asks for, once it is noted who asked: what cannot be noted is not done. How it ended is
 * noted too, unless the process dies first; what it changed stands in the audit of each customer.
 */
export async function recordAction<Result>(
  { actions, clock, random, log }: RecordDeps,
  asked: AskedAction,
  work: () => Promise<Result>,
): Promise<Result> {
  const action: Action = { ...asked, id: random.id(), at: iso(clock.nowMs()), outcome: null };
  const end = (outcome: string) =>
    actions.end(action, outcome).catch((error: Error) => {
      log.warn('How an action ended was not noted.', { action: action.id, error: error.name });
    });
  await actions.begin(action);
  try {
    const result = await work();
    await end('done');
    return result;
  } catch (error) {
    await end(error instanceof ProblemError ? error.problem.type : 'internal');
    throw error;
  }
}
