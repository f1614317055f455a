import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { CallLog, Capacity } from './calls.ts';
import { countItemWrites, readCapacity, withCapacityAsked } from './consumed-capacity.ts';
import type { Fault, Faults } from './faults.ts';
import type { AwsReply, Backends, CallerIdentity, Clock, ServiceName } from './runtime.ts';
import { failedReply, refusedReply, throttledReply } from './service-failures.ts';
import { findService, type RecognisedCall } from './service-of-call.ts';
import { forward, type WireReply, type WireRequest } from './wire.ts';

/** Refuses a call that the caller's role does not allow: the service's own reply, or undefined to let it pass. */
export type Authorize = (
  caller: CallerIdentity,
  service: ServiceName,
  action: string,
  body: Readonly<Record<string, unknown>>,
) => AwsReply | undefined;

/** What the gateways of all environments share. */
export type GatewayBackdrop = {
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly backends: Backends;
  readonly authorize?: Authorize;
};

export type GatewayOptions = GatewayBackdrop & {
  readonly caller: CallerIdentity;
  /** Ends the caller's process; resolves when it runs no more. */
  readonly killCaller: () => Promise<void>;
  readonly onLog: (line: string) => void;
};

export type Gateway = {
  /** The one endpoint of this caller for every service. */
  readonly origin: string;
  /** Takes no more calls. Those that have arrived still take effect, as requests on the wire do. */
  close(): void;
};

/** What became of a call: the reply to give, or none when the caller must not see one, or must not see anything more. */
type Outcome = {
  readonly reply: WireReply | undefined;
  readonly capacity: Capacity | null;
  readonly callerDies?: boolean;
};

/**
 * Serves the outgoing calls of one function environment: counts each, applies the faults, and takes it to its
 * service. Who calls is known from the port alone.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (incoming, response) => {
    serveCall(incoming, response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Serves one call of one caller, on whatever server it came in. */
export function serveCall(incoming: IncomingMessage, response: ServerResponse, options: GatewayOptions): void {
  // The date is left out, since the caller's clock may be ahead of it.
  response.sendDate = false;
  serve(incoming, response, options).catch((error: unknown) => {
    options.onLog(`the gateway failed: ${error instanceof Error ? error.message : String(error)}`);
    response.destroy();
  });
}

async function serve(incoming: IncomingMessage, response: ServerResponse, options: GatewayOptions): Promise<void> {
  const request = await readRequest(incoming);
  if (!request) return;
  const call = findService(request);
  if (!call) {
    options.onLog(`called something that the runner does not provide: ${request.method} ${request.path}`);
    return send(response, awsReply('dynamodb', { status: 404, body: { __type: 'UnknownOperationException' } }));
  }
  const { functionName } = options.caller;
  const noted = { function: functionName, service: call.service, action: call.action };
  const fault = options.faults.take(noted);
  const at = new Date(options.clock.now()).toISOString();
  const itemWrites = call.service === 'dynamodb' ? countItemWrites(call.operation, request.body) : undefined;
  const told = { ...(fault && { fault: fault.kind }), ...(itemWrites !== undefined && { item_writes: itemWrites }) };
  const end = options.calls.begin({ at, ...noted, ...told });
  let outcome: Outcome = { reply: undefined, capacity: null };
  try {
    outcome = await perform(call, request, fault, options);
  } finally {
    // Before anybody can learn how the call ended: who does finds it complete in the log.
    end(outcome.capacity);
  }
  if (outcome.callerDies) await options.killCaller();
  if (outcome.reply) send(response, outcome.reply);
  else response.destroy();
}

/** Undefined when the caller died in the middle of its request: a service would not act on a part of one. */
async function readRequest(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  try {
    const { method = 'GET', url: path = '/', headers } = incoming;
    return { method, path, headers, body: await buffer(incoming) };
  } catch {
    return undefined;
  }
}

async function perform(
  call: RecognisedCall,
  request: WireRequest,
  fault: Fault | undefined,
  options: GatewayOptions,
): Promise<Outcome> {
  switch (fault?.kind) {
    case undefined:
      return deliver(call, request, options);
    case 'throttle':
      return { reply: throttledReply(call.service), capacity: null };
    case 'error':
      return {
        reply: fault.code ? refusedReply(fault.code, request.body) : failedReply(call.service, fault.status),
        capacity: null,
      };
    case 'delay':
      // It takes effect late even if its caller has died meanwhile, like a request that is still on its way.
      await options.faults.hold(fault, { ...call, function: options.caller.functionName });
      return deliver(call, request, options);
    case 'kill-before':
      return { reply: undefined, capacity: null, callerDies: true };
    case 'kill-after':
      return { ...(await deliver(call, request, options)), reply: undefined, callerDies: true };
    case 'lost-reply':
      return { ...(await deliver(call, request, options)), reply: undefined };
  }
}

/** Lets the call take effect. Without a reply from the service the caller sees a broken connection, as it would. */
async function deliver(call: RecognisedCall, request: WireRequest, options: GatewayOptions): Promise<Outcome> {
  const { service, operation } = call;
  try {
    if (service === 'stripe') return { reply: await forward(request, options.backends.stripe.url), capacity: null };
    if (service === 'dynamodb') return await deliverToDynamodb(operation, request, options);
    const body = parseBody(request.body);
    const refused = options.authorize?.(options.caller, service, operation, body);
    const reply = refused ?? (await options.backends[service](operation, body, options.caller));
    return { reply: awsReply(service, reply), capacity: null };
  } catch (error) {
    options.onLog(`${service} ${call.action} got no reply: ${error instanceof Error ? error.message : String(error)}`);
    return { reply: undefined, capacity: null };
  }
}

async function deliverToDynamodb(operation: string, request: WireRequest, options: GatewayOptions): Promise<Outcome> {
  const refused = options.authorize?.(options.caller, 'dynamodb', operation, parseBody(request.body));
  if (refused) return { reply: awsReply('dynamodb', refused), capacity: null };
  const asking = { ...request, body: withCapacityAsked(operation, request.body) };
  const reply = await forward(asking, options.backends.dynamodb.url);
  return { reply, capacity: readCapacity(operation, reply.body) };
}

function parseBody(body: Buffer): Record<string, unknown> {
  const value: unknown = JSON.parse(body.toString('utf8') || '{}');
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function awsReply(service: ServiceName, { status, body, headers }: AwsReply): WireReply {
  const type = service === 'secrets' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0';
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(JSON.stringify(body ?? {})) };
}

/** The caller may be gone by now, and then nobody reads this. */
function send(response: ServerResponse, reply: WireReply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
  response.end(reply.body);
}
