import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

/** Starts an execution of this name; one that exists already is as good. */
export async function startExecution(
  client: SFNClient,
  stateMachineArn: string,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}
