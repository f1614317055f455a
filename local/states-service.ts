import { randomUUID } from 'node:crypto';
import type { AwsReply, AwsService } from './runtime.ts';
import type { Execution, StateMachine } from './state-machine.ts';

type Failure = { readonly type: string; readonly message: string };

/** The operations of Step Functions that a function may call: https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export function createStatesService(machines: readonly StateMachine[]): AwsService {
  const operations: Readonly<Record<string, (body: Record<string, unknown>) => AwsReply>> = {
    StartExecution(body) {
      const machine = machines.find(({ arn }) => arn === body['stateMachineArn']);
      if (!machine) return fail({ type: 'StateMachineDoesNotExist', message: `No such: ${body['stateMachineArn']}` });
      const name = String(body['name'] ?? randomUUID());
      const input = String(body['input'] ?? '{}');
      const invalid = findInvalid(name, input);
      if (invalid) return fail(invalid);
      const { execution, exists } = machine.start(name, input);
      if (exists)
        return fail({ type: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${execution.arn}'` });
      return succeed({ executionArn: execution.arn, startDate: execution.startedAtMs / 1000 });
    },
    DescribeExecution(body) {
      const [, execution] = find(body['executionArn']);
      if (!execution) return notFound(body);
      const { input, output, error, cause } = execution;
      return succeed({ ...summary(execution), input, output, error, cause });
    },
    StopExecution(body) {
      const [machine, execution] = find(body['executionArn']);
      if (!machine || !execution) return notFound(body);
      const optional = (key: string) => (body[key] === undefined ? undefined : String(body[key]));
      machine.stop(execution.name, optional('error'), optional('cause'));
      return succeed({ stopDate: (execution.stoppedAtMs ?? execution.startedAtMs) / 1000 });
    },
    ListExecutions(body) {
      const machine = machines.find(({ arn }) => arn === body['stateMachineArn']);
      if (!machine) return fail({ type: 'StateMachineDoesNotExist', message: `No such: ${body['stateMachineArn']}` });
      const start = Number(body['nextToken'] ?? 0);
      const end = start + Number(body['maxResults'] || 100);
      const wanted = machine
        .executions()
        .filter(({ status }) => body['statusFilter'] === undefined || status === body['statusFilter']);
      const nextToken = end < wanted.length ? String(end) : undefined;
      return succeed({ executions: wanted.slice(start, end).map(summary), nextToken });
    },
  };

  function find(executionArn: unknown): readonly [StateMachine, Execution] | readonly [] {
    const [, , , , , , machineName, name = ''] = String(executionArn).split(':');
    const machine = machines.find((candidate) => candidate.name === machineName);
    const execution = machine?.find(name);
    return machine && execution ? [machine, execution] : [];
  }

  return async (action, body) => {
    const operation = operations[action];
    if (operation) return operation(body);
    return fail({ type: 'UnknownOperationException', message: `The runner's Step Functions has no ${action}` });
  };
}

function summary({ arn, name, stateMachineArn, status, startedAtMs, stoppedAtMs }: Execution): object {
  const startDate = startedAtMs / 1000;
  const stopDate = stoppedAtMs === undefined ? undefined : stoppedAtMs / 1000;
  return { executionArn: arn, name, stateMachineArn, status, startDate, stopDate };
}

/** Names: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html; inputs: 256 KiB of JSON. */
function findInvalid(name: string, input: string): Failure | undefined {
  if (!/^[A-Za-z0-9!@+=.~'_-]{1,80}$/.test(name)) return { type: 'InvalidName', message: `Invalid Name: '${name}'` };
  if (Buffer.byteLength(input) > 262_144)
    return { type: 'InvalidExecutionInput', message: 'The input is over 256 KiB' };
  try {
    JSON.parse(input);
    return undefined;
  } catch (error) {
    return { type: 'InvalidExecutionInput', message: `Invalid State Machine Execution Input: ${String(error)}` };
  }
}

function succeed(body: object): AwsReply {
  return { status: 200, body };
}

function fail({ type, message }: Failure): AwsReply {
  return { status: 400, body: { __type: type, message } };
}

function notFound(body: Record<string, unknown>): AwsReply {
  return fail({ type: 'ExecutionDoesNotExist', message: `Execution Does Not Exist: '${body['executionArn']}'` });
}
