import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api } from './api.ts';
import type { Control } from './control.ts';
import { createSandbox, type SandboxParts } from './sandbox.ts';

export type SandboxOptions = SandboxParts & {
  /** 0 takes any free port. */
  readonly port: number;
};

export type StripeSandbox = {
  readonly url: string;
  /** Webhook deliveries in flight or due now. */
  webhooksUnderWay(): number;
  /** When, on the sandbox's clock, the next delivery that waits will be tried again. */
  nextWebhookRetryAt(): number | undefined;
  setWebhook(webhook: { readonly url: string; readonly secret: string }): void;
  /** Cuts off what is in flight, as the death of a process would; what was committed stays. */
  close(): Promise<void>;
};

/** Far more than any request of Stripe's API needs. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A stateful double of the part of Stripe's v1 API that `README.md` names, on 127.0.0.1. */
export async function startStripeSandbox(options: SandboxOptions): Promise<StripeSandbox> {
  const { api, control, webhooks } = createSandbox(options);
  const http = await listen(options.port, api, control);
  webhooks.deliverDue();
  return {
    url: http.url,
    webhooksUnderWay: webhooks.underWay,
    nextWebhookRetryAt: webhooks.nextRetryAt,
    setWebhook: webhooks.setEndpoint,
    close: async () => {
      await Promise.all([http.close(), webhooks.stop()]);
    },
  };
}

async function listen(port: number, api: Api, control: Control) {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  // Idle connections are kept long: a client that reuses one just as it is closed would not know what became of its request.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const answered = answer(request, response, api, control, closing.signal).catch((error) => {
      // Unless the caller is gone or the sandbox closes, this is a fault of the sandbox itself.
      if (!closing.signal.aborted && !request.destroyed) console.error(error);
      response.destroy();
    });
    running.add(answered);
    answered.finally(() => running.delete(answered));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has an address with a port.
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, ...running]);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  api: Api,
  control: Control,
  closing: AbortSignal,
): Promise<void> {
  const body = await readBody(request);
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? 'GET';
  if (pathname.startsWith('/_sandbox/')) {
    const reply = await control(method, pathname, body);
    send(response, reply.status, { 'content-type': 'application/json' }, JSON.stringify(reply.body));
    return;
  }
  const query = search.slice(1);
  const reply = await api.answer({ method, path: pathname, query, headers: request.headers, body }, closing);
  send(response, reply.status, reply.headers, reply.body);
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`A request body of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
