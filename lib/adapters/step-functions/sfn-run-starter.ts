import type { SFNClient } from '@aws-sdk/client-sfn';
import type { RunStarter } from '#ports/system.ts';
import { startExecution } from './start-execution.ts';

/** Starts the state machine of runs. The name makes a second start of the same executor harmless. */
export class SfnRunStarter implements RunStarter {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  async start(runId: string, fence: number): Promise<void> {
    await startExecution(this.#client, this.#stateMachineArn, `${runId}-${fence}`, { runId, fence });
  }
}
