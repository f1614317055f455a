import { createServer, type Server } from 'node:net';

/** The five ports of a runner, in a row. */
export type Ports = {
  readonly api: number;
  readonly webhook: number;
  readonly stripe: number;
  readonly dynamodb: number;
  readonly control: number;
};

export function portsFrom(api: number): Ports {
  return { api, webhook: api + 1, stripe: api + 2, dynamodb: api + 3, control: api + 4 };
}

export function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Tells a person which port to free. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';

  constructor(port: number) {
    super(`Port ${port} is already in use. Stop what uses it, or choose another with --port.`);
  }
}

/** Throws `PortTaken` for the first of the ports that somebody listens on. */
export async function assertPortsFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const probe = createServer();
    await listenOn(probe, port);
    await new Promise((resolve) => probe.close(resolve));
  }
}

/** Listens on a port of 127.0.0.1. Throws `PortTaken` when that is not free. */
export function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asPortTaken(error)));
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** The error itself, or `PortTaken` when it is that of a server that found its port taken. */
export function asPortTaken(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') return error;
  return new PortTaken('port' in error ? Number(error.port) : 0);
}
