import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SagaStarter } from '#ports/system.ts';
import { startExecution } from './start-execution.ts';

/** Starts the saga's state machine. The name makes a second start of the same executor harmless. */
export class SfnSagaStarter implements SagaStarter {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  async start(operationId: string, fence: number): Promise<void> {
    await startExecution(this.#client, this.#stateMachineArn, `${operationId}-${fence}`, { operationId, fence });
  }
}
