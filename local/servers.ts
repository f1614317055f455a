import type { Closers } from './closers.ts';
import { createCodeFlow } from './code-flow.ts';
import { createControlServer } from './control.ts';
import type { Foundation } from './foundation.ts';
import { startHttpApi } from './http-api.ts';
import { createIdle } from './idle.ts';
import type { Issuer } from './issuer.ts';
import { startLambdaUrl } from './lambda-url.ts';
import type { LocalState } from './local-state.ts';
import { listenOn, localUrl, type Ports } from './ports.ts';
import { withQueuesAt } from './resource-identity.ts';
import type { RunningStack } from './stack.ts';
import type { ResolvedTemplate } from './template.ts';

export type Served = {
  readonly ports: Ports;
  readonly template: ResolvedTemplate;
  readonly state: LocalState;
  readonly stack: RunningStack;
  readonly issuer: Issuer;
  readonly foundation: Foundation;
  readonly closers: Closers;
};

/** Opens the three servers of the runner itself: the API, the webhook URL and the control server. */
export async function serve({ ports, template, state, stack, issuer, foundation, closers }: Served): Promise<void> {
  const { sandbox } = foundation;
  const shared = { resources: template.resources, functions: stack.functions, clock: state.clock };
  const guardRoute = (sourceArn: string) =>
    stack.access.guardByService({ name: 'apigateway.amazonaws.com', sourceArn });
  const api = await startHttpApi({ ...shared, port: ports.api, issuerKeys: issuer.keys, guardRoute });
  closers.add(api.close);
  const webhook = await startLambdaUrl({ ...shared, port: ports.webhook, guard: stack.access.guardFunctionUrl });
  if (webhook) {
    closers.add(webhook.close);
    sandbox?.setWebhook({ url: webhook.url, secret: state.webhookSecret });
  }
  const idle = createIdle({
    ...stack,
    clock: state.clock,
    held: stack.faults.held,
    requestsUnderWay: () => api.running() + (webhook?.running() ?? 0),
    webhooksUnderWay: () => sandbox?.webhooksUnderWay() ?? 0,
    nextWebhookRetryAt: () => sandbox?.nextWebhookRetryAt(),
  });
  const control = createControlServer({
    ...stack,
    clock: state.clock,
    onAdvanced: state.saveClock,
    idle,
    codeFlow: createCodeFlow(issuer, ports),
    createToken: issuer.issueToken,
    outputs: outputsAt(localUrl(ports.control), template),
  });
  await listenOn(control, ports.control);
  closers.add(() => {
    control.close();
    control.closeAllConnections();
  });
}

/** The outputs as a program outside the stack can use them: it reaches the queues by the control server. */
function outputsAt(control: string, { outputs }: ResolvedTemplate): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, withQueuesAt(control, String(value))]),
  );
}
