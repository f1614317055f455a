import { stripeUnavailable } from '#domain/problem.ts';
import { iso } from '#ports/system.ts';
import { refuse } from './apply.ts';
import { changeOperation, type Executor, readAs, type StepDeps, type StepOutcome } from './executor.ts';
import { finalise } from './finalise.ts';
import { KINDS } from './kinds/kinds.ts';
import { isOutstanding } from './requests.ts';

/**
 * Stripe did not say in time what happened. What can be undone is: that is committed before anything is, and from then
 * on no executor can finish the operation, because the transaction of `finalise` holds only while it is `running`.
 * What cannot be undone is settled: `unsettled` while a request may be on its way; else what Stripe shows decides.
 */
export async function giveUp(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status === 'compensating') return 'compensating';
  if (operation?.status !== 'running') return 'superseded';
  if (operation.problem !== undefined) return 'rejected';
  const kind = KINDS[operation.kind];
  if (kind.isUndone) {
    const committed = await changeOperation(deps, operation, { status: 'compensating' });
    return committed === undefined ? 'superseded' : 'compensating';
  }
  if (isOutstanding(operation)) return 'unsettled';
  const step = { name: 'give up', startedAt: iso(deps.clock.nowMs()) };
  const externalId = operation.mayHaveLanded === true ? await kind.look(deps, operation) : undefined;
  if (externalId !== undefined) return finalise(deps, operation, step, externalId);
  if (operation.mayHaveLanded === true && kind.goesForward) return 'unsettled';
  return refuse(deps, operation, step, stripeUnavailable());
}
