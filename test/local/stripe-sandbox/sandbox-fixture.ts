import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { type OpenCollection, openCollections } from '../../../local/persistent-collection.ts';
import { type StripeSandbox, startStripeSandbox } from '../../../local/stripe-sandbox/server.ts';

export const WEBHOOK_SECRET = 'whsec_sandbox_test';

/** A clock that stands still until it is moved, and whose timers fire as it moves. */
export function manualClock(startMs = Date.parse('2026-11-23T10:00:00Z')) {
  let nowMs = startMs;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  return {
    now: () => nowMs,
    setTimer: (callback: () => void, delayMs: number) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advanceSeconds: (seconds: number) => {
      nowMs += seconds * 1000;
      const due = timers.filter((timer) => timer.atMs <= nowMs);
      timers = timers.filter((timer) => timer.atMs > nowMs);
      for (const { callback } of due) callback();
    },
  };
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

export async function startFixture(
  options: {
    readonly open?: OpenCollection;
    readonly clock?: ReturnType<typeof manualClock>;
    readonly webhookUrl?: string;
  } = {},
) {
  const clock = options.clock ?? manualClock();
  const sandbox: StripeSandbox = await startStripeSandbox({
    port: 0,
    now: clock.now,
    setTimer: clock.setTimer,
    collections: options.open ?? openCollections().open,
    ...(options.webhookUrl !== undefined && { webhook: { url: options.webhookUrl, secret: WEBHOOK_SECRET } }),
  });
  return { sandbox, clock, stripe: stripeFor(sandbox.url), control: controlOf(sandbox.url), close: sandbox.close };
}

export function stripeFor(url: string, key = 'sk_test_x'): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: new URL(url).port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Makes a control call and answers the body of its reply. */
function controlOf(url: string) {
  return async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const response = await fetch(`${url}/_sandbox/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const reply: unknown = await response.json();
    return { status: response.status, body: reply };
  };
}

/** A call without the SDK, for what the SDK does not show. */
export async function rawPost(url: string, path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The error that Stripe's SDK throws, with what callers decide by. */
export async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error('Stripe did not refuse', { cause: error });
  const { type, rawType, statusCode, code, param, message, requestId, headers } = error;
  return { type, rawType, statusCode, code, param, message, requestId, headers };
}

export type Received = { readonly body: string; readonly signature: string; readonly contentType: string };

/** A webhook endpoint that answers with the next of `statuses`, then 200. */
export async function startReceiver(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    received.push({
      body: Buffer.concat(chunks).toString(),
      signature: String(request.headers['stripe-signature']),
      contentType: String(request.headers['content-type']),
    });
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    received,
    only: (): Received => {
      const [delivery] = received;
      if (delivery === undefined || received.length > 1) throw new Error(`${received.length} deliveries`);
      return delivery;
    },
    types: () => received.map(({ body }): string => JSON.parse(body).type),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Waits until a request with this key is in flight and, when asked for, until its effect is there. */
export async function untilInFlight({ control }: Fixture, key: string, customers = 0): Promise<void> {
  await until(async () => {
    const { body } = await control('GET', 'state');
    const state = body as {
      readonly customers: unknown[];
      readonly idempotency: { key: string; in_flight: boolean }[];
    };
    return (
      state.customers.length === customers && state.idempotency.some((record) => record.key === key && record.in_flight)
    );
  });
}

/** Waits, at most five seconds of real time, until the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The condition did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
