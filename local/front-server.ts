import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpReply, jsonReply, sendReply } from './http-reply.ts';

/** A server that callers from outside reach. */
export type FrontServer = {
  readonly url: string;
  /** Requests under way. */
  running(): number;
  close(): Promise<void>;
};

/** Listens on 127.0.0.1 and answers each request by `handle`. A failure of the runner itself is a 500. */
export async function startFrontServer(
  port: number,
  handle: (request: IncomingMessage) => Promise<HttpReply>,
): Promise<FrontServer> {
  let running = 0;
  // Idle connections are kept long: a client that reuses one just as it is closed would see a broken request.
  const server = createServer({ keepAliveTimeout: 65_000 }, async (request, response) => {
    running += 1;
    try {
      sendReply(request, response, await handle(request));
    } catch (error) {
      // A caller that went away in the middle of its request reads no answer, and is no failure.
      if (!request.destroyed || request.complete) console.error(error);
      sendReply(request, response, jsonReply(500, { message: 'Internal Server Error' }));
    } finally {
      running -= 1;
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    running: () => running,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
