import { type LocalFunction, THROTTLED } from './runtime.ts';
import { asList, asRecord } from './template.ts';

/** What carries out one task state: it receives the state's processed `Parameters`, and throws what Retry and Catch see. */
export type TaskHandler = (parameters: unknown) => Promise<unknown>;

type TaskState = { readonly name: string; readonly resource: string };

/** An error in Step Functions' words: `name` is what `ErrorEquals` matches. */
export class StateError extends Error {
  /** Read by the engine: neither Retry nor Catch may see some errors. */
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  constructor(name: string, cause: string, options: { readonly terminal?: boolean } = {}) {
    super(cause);
    this.name = name;
    this.isRetryable = !options.terminal;
    this.isCatchable = !options.terminal;
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const payloadLimitBytes = 262_144;

/** Every task state of a definition, those inside Map and Parallel included. State names are unique in a machine. */
export function taskStates(definition: unknown): readonly TaskState[] {
  return Object.entries(asRecord(asRecord(definition)['States'])).flatMap(([name, value]) => {
    const state = asRecord(value);
    const inner = [state['Iterator'], state['ItemProcessor'], ...asList(state['Branches'])].flatMap(taskStates);
    return state['Type'] === 'Task' ? [{ name, resource: String(state['Resource']) }, ...inner] : inner;
  });
}

/** The handler of a task state's resource, or undefined when the runner cannot carry it out. */
export function taskHandler(resource: string, functions: readonly LocalFunction[]): TaskHandler | undefined {
  if (resource === 'arn:aws:states:::lambda:invoke') {
    return async (parameters) => {
      const { FunctionName, Payload } = asRecord(parameters);
      const payload = await invoke(functionNamed(String(FunctionName), functions), Payload ?? {});
      return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
    };
  }
  if (resource.startsWith('arn:aws:lambda:')) {
    return (parameters) => invoke(functionNamed(resource, functions), parameters);
  }
  return undefined;
}

async function invoke(target: LocalFunction, payload: unknown): Promise<unknown> {
  const result = await target.invoke(payload);
  if (!result.ok) {
    const { errorType, errorMessage } = result;
    // What Lambda itself says bears its name; what a function throws, its own.
    throw new StateError(
      errorType === THROTTLED ? `Lambda.${THROTTLED}` : errorType,
      JSON.stringify({ errorType, errorMessage }),
    );
  }
  const output = result.payload ?? null;
  if (Buffer.byteLength(JSON.stringify(output)) > payloadLimitBytes) {
    throw new StateError('States.DataLimitExceeded', `The output of ${target.name} is over 256 KiB`, {
      terminal: true,
    });
  }
  return output;
}

/** `reference` is a name or an ARN, with or without a version: the runner has one version of each function. */
function functionNamed(reference: string, functions: readonly LocalFunction[]): LocalFunction {
  const name = reference.startsWith('arn:') ? reference.split(':')[6] : reference.split(':')[0];
  const found = functions.find((candidate) => candidate.name === name);
  if (found) return found;
  throw new StateError('Lambda.ResourceNotFoundException', `Function not found: ${reference}`);
}
