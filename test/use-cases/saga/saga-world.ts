import type { CustomerChange } from '#domain/customer.ts';
import type { Outcome } from '#domain/outcome.ts';
import type { Integration } from '#ports/integration.ts';
import type { Poke } from '#ports/pokes.ts';
import type { OperationRecord, RecordKey } from '#ports/records.ts';
import { apply, resolve } from '#use-cases/saga/apply.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import type { StepDeps } from '#use-cases/saga/executor.ts';
import { giveUp } from '#use-cases/saga/give-up.ts';
import { release } from '#use-cases/saga/release.ts';
import { undo } from '#use-cases/saga/undo.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const STEPS = { apply, resolve, giveUp, undo, release };
export type StepName = keyof typeof STEPS;

export const NEW = { name: 'Jane', email: 'jane@example.com' };
export const UNANSWERED: Outcome<never> = { is: 'unknown', error: 'no answer' };
export const SAVED: Outcome<never> = { is: 'failed', error: 'a saved 500', replayed: true };
export const BROKEN: Outcome<never> = { is: 'failed', error: 'a 500', replayed: false };
export const REFUSED: Outcome<never> = { is: 'rejected', reason: 'not that one', requestId: 'req_1' };

/** Both sides in this process; operations are begun as requests begin them, and their steps are taken one by one. */
export function createSagaWorld() {
  const world = createRepairWorld();
  const { deps, store, pass } = world;
  const pokes: Poke[] = [];
  const started: string[] = [];
  const saga = { start: async (operationId: string) => void started.push(operationId) };
  const noted = { ...deps, saga, pokes: { poke: async (poke: Poke) => void pokes.push(poke) } };
  const begun = async (request: (deadlineMs: number) => Promise<{ readonly is: string }>) => {
    // Nobody waits.
    const { is } = await world.inside(() => request(deps.clock.nowMs()));
    const operationId = started.at(-1);
    if (is !== 'underway' || operationId === undefined) throw new Error(`It was ${is}.`);
    pass(1_000);
    return operationId;
  };
  const read = async <Key extends RecordKey>(key: Key) => (await store.read([key]))[0];
  return {
    ...{ ...world, pokes, read },
    beginCreate: () => begun((deadlineMs) => createWithIntegrity(noted, NEW, { deadlineMs })),
    beginUpdate: (customerId: string, change: CustomerChange) =>
      begun((deadlineMs) => updateWithIntegrity(noted, customerId, change, undefined, { deadlineMs })),
    beginDelete: (customerId: string) =>
      begun((deadlineMs) =>
        deleteWithIntegrity(noted, customerId, { deadlineMs, ifMatch: undefined, cancelSubscriptions: false }),
      ),
    /** Takes a step of the first executor, with some of Stripe's answers made up. */
    take: (name: StepName, operationId: string, answers: Partial<Integration> = {}, others: Partial<StepDeps> = {}) =>
      world.inside(() =>
        STEPS[name](
          { ...noted, integration: answering(deps.integration, answers), ...others },
          { operationId, fence: 1 },
        ),
      ),
    operation: async (operationId: string) => (await read({ type: 'operation', operationId })) as OperationRecord,
    setOperation: async (
      operationId: string,
      change: { [F in keyof OperationRecord]?: OperationRecord[F] | undefined },
    ) =>
      world.write({
        key: { type: 'operation', operationId },
        change,
        when: { is: 'equal', field: 'id', value: operationId },
      }),
  };
}

export type SagaWorld = ReturnType<typeof createSagaWorld>;
