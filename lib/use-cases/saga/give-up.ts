import { changeOperation, type Executor, readAs, type StepDeps, type StepOutcome } from './executor.ts';

/**
 * Commits that the operation will be undone, before anything is. From then on no executor can finish it: the
 * transaction of `finalise` holds only while the operation is `running`.
 */
export async function compensate(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status === 'compensating') return 'compensating';
  if (operation?.status !== 'running') return 'superseded';
  const committed = await changeOperation(deps, operation, { status: 'compensating' });
  return committed === undefined ? 'superseded' : 'compensating';
}
