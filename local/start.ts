import type { JWK } from 'jose';
import { type Closers, createClosers } from './closers.ts';
import { issuerUrl } from './code-flow.ts';
import { notRun } from './coverage.ts';
import { layFoundation } from './foundation.ts';
import { createIssuer } from './issuer.ts';
import { openLocalState } from './local-state.ts';
import type { Options } from './options.ts';
import { asPortTaken, assertPortsFree, localUrl, portsFrom } from './ports.ts';
import { firstTokens, type ReadyLine } from './ready-line.ts';
import { parseStripeKey } from './secret.ts';
import { serve } from './servers.ts';
import { type RunningStack, runStack } from './stack.ts';
import { createTables, deleteTables } from './table.ts';
import { asList, asRecord, type ResolvedTemplate, resolveTemplate } from './template.ts';

export type Runner = {
  readonly ready: ReadyLine;
  /** What of the template this machine leaves out, as a person reads it. */
  readonly notRun: readonly string[];
  close(): Promise<void>;
};

export type Setting = {
  /** The directory of the checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLog: (from: string, line: string) => void;
  /** Called when a running runner cannot go on. */
  readonly onFatal: (message: string) => void;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
};

/** Starts everything and resolves when it is ready. Whatever fails, nothing is left running. */
export async function startRunner(options: Options, setting: Setting): Promise<Runner> {
  const closers = createClosers();
  try {
    return { ...(await start(options, setting, closers)), close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw asPortTaken(error);
  }
}

async function start(options: Options, setting: Setting, closers: Closers): Promise<Omit<Runner, 'close'>> {
  const { env } = setting;
  const ports = portsFrom(options.port);
  const realStripeKey = parseStripeKey(env['STRIPE_SECRET_KEY']);
  const dynamodbEndpoint = env['DYNAMODB_ENDPOINT'] || undefined;
  await assertPortsFree([
    ...[ports.api, ports.webhook, ports.control],
    ...(realStripeKey === undefined ? [ports.stripe] : []),
    ...(dynamodbEndpoint === undefined ? [ports.dynamodb] : []),
  ]);
  const state = openLocalState(options.data);
  closers.add(state.close);
  const useSandbox = realStripeKey === undefined;
  const foundation = await layFoundation({ ...setting, options, ports, dynamodbEndpoint, useSandbox, state, closers });
  const { assembly, dynamodbUrl } = foundation;

  const endpoints = { api: localUrl(ports.api), webhook: localUrl(ports.webhook) };
  const isShared = dynamodbEndpoint !== undefined;
  const mark = isShared ? state.tablesMark : undefined;
  const template = resolveTemplate(assembly.template, assembly.stackName, endpoints, mark);
  const tables = [...template.ofType('AWS::DynamoDB::GlobalTable'), ...template.ofType('AWS::DynamoDB::Table')];
  // What `--data` does not keep must not stay behind in somebody else's DynamoDB.
  if (isShared && options.data === undefined) closers.add(() => deleteTables(tables, dynamodbUrl));
  const [issuer] = await Promise.all([
    createIssuer({ ...issuerOf(template), store: state.open<JWK>('issuer') }),
    createTables(tables, dynamodbUrl),
  ]);
  const stripe = foundation.sandbox?.url ?? 'https://api.stripe.com';
  const stack = runStack({
    ...foundation,
    root: setting.root,
    template,
    clock: state.clock,
    open: state.open,
    stripeUrl: stripe,
    issuerUrl: issuerUrl(ports.control),
    secrets: { stripeKey: realStripeKey ?? 'sk_test_local', webhookSecret: state.webhookSecret, others: env },
    onLog: setting.onLog,
  });
  closers.add(stack.close);
  await serve({ ports, template, state, stack, issuer, foundation, closers });
  setting.signal.throwIfAborted();
  if (options.schedules) for (const schedule of stack.schedules) schedule.start();

  return {
    notRun: [...notRun(template.resources), ...partsNotRun(stack, options)],
    ready: {
      ready: true,
      ...endpoints,
      stripe,
      dynamodb: dynamodbUrl,
      control: localUrl(ports.control),
      ...(await firstTokens(issuer)),
      webhook_secret: state.webhookSecret,
    },
  };
}

/** The issuer that the template's API trusts: the runner holds its keys. */
function issuerOf(template: ResolvedTemplate): { readonly issuer: string; readonly audience: string } {
  const [authorizer] = template.ofType('AWS::ApiGatewayV2::Authorizer');
  const { Issuer, Audience } = asRecord(authorizer?.properties['JwtConfiguration']);
  return { issuer: String(Issuer ?? 'https://issuer.invalid/'), audience: String(asList(Audience)[0] ?? '') };
}

function partsNotRun({ machines, schedules }: RunningStack, options: Options): readonly string[] {
  const tasks = machines.flatMap((machine) => machine.notRun.map((task) => `${machine.name}: ${task}`));
  const unknown = options.schedules ? schedules.filter(({ everyMs }) => everyMs === undefined) : [];
  return [...tasks, ...unknown.map(({ name, expression }) => `schedule ${name}: ${expression} fires only by hand`)];
}
