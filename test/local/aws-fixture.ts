import { createCallLog } from '../../local/calls.ts';
import { createFaults } from '../../local/faults.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../local/gateway.ts';
import type { AwsService, Backends, Clock, InvokeResult, LocalFunction } from '../../local/runtime.ts';
import { type Resource, resolveTemplate, type Template } from '../../local/template.ts';

const absent: AwsService = async () => ({ status: 500, body: {} });

/** An endpoint for the real SDK clients, with the services under test behind it. Everything is allowed, unless said. */
export function startEndpoint(
  clock: Clock,
  services: Partial<Backends>,
  options: Pick<GatewayOptions, 'authorize'> = {},
): Promise<Gateway> {
  const nowhere = { url: 'http://127.0.0.1:9' };
  return startGateway({
    clock,
    calls: createCallLog(),
    faults: createFaults(),
    backends: { dynamodb: nowhere, stripe: nowhere, states: absent, sqs: absent, secrets: absent, ...services },
    caller: { functionName: 'test', roleLogicalId: 'CallerRole' },
    ...options,
    killCaller: async () => {},
    onLog: () => {},
  });
}

/** What an SDK client is made with to reach that endpoint. It makes one attempt, so that refusals show. */
export function clientConfig(gateway: Gateway) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint: gateway.origin, region: 'us-east-1', credentials, maxAttempts: 1 };
}

export function resourcesOf(Resources: Template['Resources']): readonly Resource[] {
  return resolveTemplate({ Resources }, 'test', { api: 'http://api', webhook: 'http://webhook' }).resources;
}

export type ScriptedFunction = LocalFunction & { readonly events: unknown[] };

/** A function whose results the test decides. It remembers its events. */
export function scriptedFunction(
  name: string,
  answer: (event: unknown, nth: number) => InvokeResult | Promise<InvokeResult>,
): ScriptedFunction {
  const events: unknown[] = [];
  let running = 0;
  return {
    logicalId: name,
    name,
    roleLogicalId: 'Role',
    events,
    async invoke(event, onStart) {
      running += 1;
      events.push(event);
      onStart?.();
      try {
        return await answer(event, events.length);
      } finally {
        running -= 1;
      }
    },
    running: () => running,
    close: async () => {},
  };
}

/** Waits until it holds, in real time. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  for (const endsAt = Date.now() + withinMs; !(await holds()); ) {
    if (Date.now() > endsAt) throw new Error(`It does not hold within ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const succeeded = (payload: unknown): InvokeResult => ({ ok: true, payload });
export const failed = (errorType: string): InvokeResult => ({ ok: false, errorType, errorMessage: 'told so' });
