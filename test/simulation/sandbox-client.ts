import { AsyncLocalStorage } from 'node:async_hooks';
import Stripe from 'stripe';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import type { ApiReply, ApiRequest } from '../../local/stripe-sandbox/api.ts';
import { createSandbox, type Sandbox } from '../../local/stripe-sandbox/sandbox.ts';
import { memoryCollections } from './memory-collections.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Nothing here is ever cut off by the sandbox's own end. */
const never = new AbortController().signal;

/** Stripe's sandbox within this process: it lives by this clock, its ids follow the seed, its events are held. */
export function sandboxInProcess(now: () => number, random: SeededRandom): Sandbox {
  return createSandbox({
    now,
    setTimer: () => () => {},
    collections: memoryCollections(),
    idBytes: (count) => random.bytes(count),
  });
}

/** How a process's requests get to the sandbox, and the replies back. Rejects as a broken connection does. */
export type Carry = (request: ApiRequest) => Promise<ApiReply>;

/** Whose requests these are: a client of the SDK costs more than all that one process asks of it. */
const carriers = new AsyncLocalStorage<Carry>();

/** Lets this carry all requests to Stripe that `work` makes. */
export function carrying<Result>(carry: Carry, work: () => Result): Result {
  return carriers.run(carry, work);
}

/** The client that deploys, of the real SDK: only its requests are carried instead of sent. */
export const carriedStripe = stripeClient('sk_test_simulated', undefined, {
  getClientName: () => 'carried',
  async makeRequest(_host, _port, target, method, headers, body) {
    const carry = carriers.getStore();
    if (carry === undefined) throw new Error('Only a process of a simulation can ask Stripe.');
    const [path = '', query = ''] = target.split('?');
    const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return new CarriedReply(
      await carry({ method, path, query, headers: Object.fromEntries(lowerCase), body: body ?? '' }),
    );
  },
});

/** The sandbox's answer, at once. */
export function answerOf(sandbox: Sandbox, request: ApiRequest): Promise<ApiReply> {
  return sandbox.api.answer(request, never);
}

class CarriedReply extends Stripe.HttpClientResponse {
  readonly #body: string;

  constructor({ status, headers, body }: ApiReply) {
    super(status, headers);
    this.#body = body;
  }

  /** The SDK makes this an object's `lastResponse`, and writes the headers on it. */
  override getRawResponse(): object {
    return {};
  }

  override toJSON(): Promise<unknown> {
    return Promise.resolve(JSON.parse(this.#body));
  }
}

/** A request as the dashboard makes it: by a person, so without a key. */
export async function asDashboard(
  sandbox: Sandbox,
  method: 'POST' | 'DELETE',
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<{ readonly id: string }> {
  const headers = {
    authorization: 'Bearer sk_test_dashboard',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams(fields).toString();
  const reply = await answerOf(sandbox, { method, path, query: '', headers, body });
  if (reply.status !== 200) throw new Error(`Stripe refused ${method} ${path}: ${reply.body}`);
  return JSON.parse(reply.body);
}
