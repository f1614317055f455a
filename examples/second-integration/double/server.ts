import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { contactsDouble } from './contacts.ts';

export type CrmDouble = ReturnType<typeof contactsDouble> & {
  readonly url: string;
  /** While it is down, everything is answered 503. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
};

/** Serves the double on a port of 127.0.0.1; any bearer token will do. */
export async function startCrmDouble(port = 0, nowMs: () => number = Date.now): Promise<CrmDouble> {
  const double = contactsDouble(nowMs);
  let isDown = false;
  // Idle connections are kept long: a client that reuses one just as it is closed would see a broken request.
  const server = createServer({ keepAliveTimeout: 65_000 }, async (request, response) => {
    const reply = isDown
      ? { status: 503, body: { error: 'The CRM is down.' } }
      : isAllowed(request)
        ? double.answer(await readRequest(request))
        : { status: 401, body: { error: 'Who are you?' } };
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    ...double,
    url: `http://127.0.0.1:${listening}`,
    setDown: (down) => {
      isDown = down;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isAllowed({ headers }: IncomingMessage): boolean {
  return headers.authorization?.startsWith('Bearer ') === true;
}

async function readRequest(request: IncomingMessage) {
  const { method = 'GET', url = '/', headers } = request;
  const key = headers['request-key'];
  const body = headers['content-type'] === 'application/json' ? ((await json(request)) as object) : undefined;
  return {
    ...{ method, path: url },
    ...(typeof key === 'string' && { key }),
    ...(body !== undefined && { body }),
  };
}
