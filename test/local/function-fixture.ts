import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CallLog, createCallLog } from '../../local/calls.ts';
import { createClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import {
  createLambdaFunction,
  type FunctionProperties,
  type LambdaFunctionOptions,
} from '../../local/lambda-function.ts';
import type { AwsService, CallerIdentity, Clock, InvokeResult, LocalFunction } from '../../local/runtime.ts';

/** A world for functions: a clock, a log, faults, and one tiny server in the place of DynamoDB and Stripe. */
export type World = {
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly logs: string[];
  /** What the tiny server was asked, and what the services in process were. */
  readonly asked: { readonly path: string; readonly body: string }[];
  readonly inProcess: { readonly action: string; readonly body: unknown; readonly caller: CallerIdentity }[];
  /** A function whose bundle is this source text. */
  start(
    source: string,
    properties?: FunctionProperties,
    options?: Pick<LambdaFunctionOptions, 'idleMs' | 'authorize'>,
  ): LocalFunction;
  close(): Promise<void>;
};

export async function createWorld(): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'functions-'));
  const functions: LocalFunction[] = [];
  const asked: World['asked'] = [];
  const inProcess: World['inProcess'] = [];
  const logs: string[] = [];
  const [clock, calls, faults] = [createClock(), createCallLog(), createFaults()];
  const server = await startServer(async (request) => {
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    asked.push({ path: request.url ?? '', body });
    return JSON.stringify({ ConsumedCapacity: { TableName: 't', CapacityUnits: 2.5 } });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: AwsService = async (action, body, caller) => {
    inProcess.push({ action, body, caller });
    return { status: 200, body: { action } };
  };
  const backends = { dynamodb: { url }, stripe: { url }, states: service, sqs: service, secrets: service };

  return {
    clock,
    calls,
    faults,
    logs,
    asked,
    inProcess,
    start(source, properties = {}, options = {}) {
      const name = `function-${functions.length}`;
      const codeDirectory = mkdtempSync(join(directory, name));
      writeFileSync(join(codeDirectory, 'index.mjs'), source);
      const started = createLambdaFunction({
        logicalId: 'Function',
        name,
        arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        roleLogicalId: 'Role',
        properties: { Handler: 'index.handler', Timeout: 10, ...properties },
        codeDirectory,
        region: 'us-east-1',
        bootstrapUrl: pathToFileURL(resolve('local/environment-bootstrap.ts')).href,
        compileCacheDirectory: join(directory, 'compiled'),
        onLog: (_, line) => logs.push(line),
        ...{ clock, calls, faults, backends },
        ...options,
      });
      functions.push(started);
      return started;
    },
    async close() {
      await Promise.all(functions.map((started) => started.close()));
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(directory, { recursive: true });
    },
  };
}

async function startServer(answer: (request: IncomingMessage) => Promise<string>): Promise<Server> {
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(await answer(request));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** What a function answered. Throws when it failed. */
export function payloadOf(result: InvokeResult): Record<string, unknown> {
  if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
  return result.payload as Record<string, unknown>;
}
