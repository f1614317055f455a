import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Closers } from './closers.ts';
import { contextOf } from './context.ts';
import { startEmbeddedDynamodb } from './embedded-dynamodb.ts';
import type { LocalState } from './local-state.ts';
import type { Options } from './options.ts';
import { loadStatesEngine, type StatesEngine } from './states-engine.ts';
import { type StripeSandbox, startStripeSandbox } from './stripe-sandbox/server.ts';
import { type Assembly, synthesize } from './synth.ts';

/** What the stack stands on: its synthesized template, and the two services that are not of this process's making. */
export type Foundation = {
  readonly assembly: Assembly;
  readonly dynamodbUrl: string;
  /** Undefined when Stripe's own test mode is used. */
  readonly sandbox: StripeSandbox | undefined;
  readonly engine: StatesEngine;
};

export type FoundationSetup = {
  readonly options: Options;
  readonly root: string;
  readonly ports: { readonly stripe: number; readonly dynamodb: number };
  /** Another DynamoDB than the embedded one. */
  readonly dynamodbEndpoint: string | undefined;
  readonly useSandbox: boolean;
  readonly state: LocalState;
  readonly closers: Closers;
  readonly onFatal: (message: string) => void;
  readonly signal: AbortSignal;
};

/** Starts all of it at the same time, since synthesizing takes seconds. The first failure ends the others. */
export async function layFoundation(setup: FoundationSetup): Promise<Foundation> {
  const failure = new AbortController();
  const signal = AbortSignal.any([setup.signal, failure.signal]);
  const parts = [synthesizeStack(setup, signal), startDynamodb(setup), startSandbox(setup), loadEngine(setup)] as const;
  for (const part of parts) part.catch((reason: unknown) => failure.abort(reason));
  // What is still starting when another fails is waited for, and is then closed with the rest.
  await Promise.allSettled(parts);
  signal.throwIfAborted();
  const [assembly, dynamodbUrl, sandbox, engine] = await Promise.all(parts);
  return { assembly, dynamodbUrl, sandbox, engine };
}

async function synthesizeStack({ root, closers, useSandbox }: FoundationSetup, signal: AbortSignal): Promise<Assembly> {
  const assembly = await synthesize(root, contextOf({ useSandbox }), signal);
  await closers.add(assembly.release);
  return assembly;
}

async function startDynamodb(setup: FoundationSetup): Promise<string> {
  const { dynamodbEndpoint, root, ports, closers, onFatal } = setup;
  if (dynamodbEndpoint !== undefined) return dynamodbEndpoint;
  const { data } = setup.options;
  if (data !== undefined) mkdirSync(data, { recursive: true });
  const file = data === undefined ? {} : { file: join(data, 'tables.sqlite') };
  const dynamodb = await startEmbeddedDynamodb({ root, port: ports.dynamodb, ...file, onExit: onFatal });
  await closers.add(dynamodb.close);
  return dynamodb.url;
}

async function startSandbox({
  useSandbox,
  state,
  ports,
  closers,
}: FoundationSetup): Promise<StripeSandbox | undefined> {
  if (!useSandbox) return undefined;
  const { now, setTimer } = state.clock;
  const sandbox = await startStripeSandbox({ port: ports.stripe, now, setTimer, collections: state.open });
  await closers.add(sandbox.close);
  return sandbox;
}

async function loadEngine({ root, state }: FoundationSetup): Promise<StatesEngine> {
  return loadStatesEngine(root, state.clock);
}
