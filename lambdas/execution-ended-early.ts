/** EventBridge: an execution of the saga failed, timed out or was aborted. */
import { executionEndedEarly } from '#use-cases/saga/resume-operation.ts';
import { store, system } from './wiring/catalog.ts';

type StatusChange = { readonly detail: { readonly name: string } };

export async function handler({ detail }: StatusChange): Promise<void> {
  // Executions are named `<operation>-<fence>`.
  const [, operationId, fence] = /^(.+)-(\d+)$/.exec(detail.name) ?? [];
  if (operationId === undefined) throw new Error('The execution is not named as the saga names its own.');
  await executionEndedEarly({ store, clock: system.clock }, { operationId, fence: Number(fence) });
}
