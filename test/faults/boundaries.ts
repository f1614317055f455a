import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import type { Call, Reply, Stack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

/** One thing that somebody does to a customer, on a stack where everything else is quiet. */
export type Story = {
  readonly name: string;
  /** Makes what the story needs, and answers the deed that is told with every fault. `n` keeps stories apart. */
  prepare(stack: Stack, n: string): Promise<Deed>;
};

type Deed = {
  readonly act: () => Promise<unknown>;
  /** Afterwards: what whoever did it finds wrong. */
  readonly end?: () => Promise<string[]>;
};

type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers: Record<string, string>;
};

export const FAULTS = ['kill-before', 'kill-after', 'lost-reply', 'throttle', 'error'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** An outgoing call of a clean run: which function calls what, for the how manieth time. */
export type Boundary = {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  readonly nth: number;
};

const PROTECTED = { 'x-use-integrity-protection': 'true' };

type Made = { readonly path: string; readonly externalId: string };

async function createCustomer(stack: Stack, n: string): Promise<Made> {
  const email = `story-${n}@example.com`;
  const reply = await stack.call('POST', '/customers', { body: { name: 'Story', email }, headers: PROTECTED });
  if (reply.status !== 201) throw new Error(`The story could not begin: ${reply.status} ${reply.text}`);
  const { stripe } = reply.body['integrations'] as { stripe: { external_id: string } };
  return { path: `/customers/${reply.body['id']}`, externalId: stripe.external_id };
}

/** What a caller asks for with a key, and repeats until the reply is final. */
function asked(name: string, finalStatus: number, request: (stack: Stack, n: string) => Promise<Request>): Story {
  return {
    name,
    async prepare(stack, n) {
      const prepared = await request(stack, n);
      return {
        act: () => send(stack, prepared),
        async end() {
          const final = await repeat(stack, prepared);
          await stack.quiesce();
          return final.status === finalStatus ? [] : [`The key's repeat got ${final.status}: ${final.text}`];
        },
      };
    },
  };
}

function inMode(mode: Record<string, string>, name: string): Story[] {
  const headers = (n: string) => ({ ...mode, 'idempotency-key': `story-${n}` });
  return [
    asked(`create, ${name}`, 201, async (_, n) => ({
      ...{ method: 'POST', path: '/customers', headers: headers(n) },
      body: { name: 'Story', email: `story-${n}@example.com` },
    })),
    asked(`update, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'PATCH', path: (await createCustomer(stack, n)).path, headers: headers(n) },
      body: { name: 'Changed' },
    })),
    asked(`email change, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'PATCH', path: (await createCustomer(stack, n)).path, headers: headers(n) },
      body: { email: `moved-${n}@example.com` },
    })),
    asked(`delete, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'DELETE', path: (await createCustomer(stack, n)).path, headers: headers(n) },
    })),
  ];
}

/** What somebody does at Stripe's dashboard; the world in the end says whether it has come over. */
const IN_STRIPE: readonly Story[] = [
  {
    name: 'created in Stripe',
    prepare: async (stack, n) => ({
      act: () => dashboard(stack).customers.create({ name: 'Born', email: `story-${n}@example.com` }),
    }),
  },
  {
    name: 'changed in Stripe',
    async prepare(stack, n) {
      const { externalId } = await createCustomer(stack, n);
      const changes = { name: 'There', email: `there-${n}@example.com` };
      return { act: () => dashboard(stack).customers.update(externalId, changes) };
    },
  },
  {
    name: 'deleted in Stripe',
    async prepare(stack, n) {
      const { externalId } = await createCustomer(stack, n);
      return { act: () => dashboard(stack).customers.del(externalId) };
    },
  },
  {
    name: 'changed on both sides',
    async prepare(stack, n) {
      const { externalId, path } = await createCustomer(stack, n);
      return {
        async act() {
          await stack.call('PATCH', path, { body: { name: 'Here' } });
          await dashboard(stack).customers.update(externalId, { name: 'There', email: `there-${n}@example.com` });
        },
      };
    },
  },
];

export const STORIES: readonly Story[] = [...inMode({}, 'default'), ...inMode(PROTECTED, 'protected'), ...IN_STRIPE];

/** Runs a story once without faults and answers every outgoing call that it made. No list of them is written by hand. */
export async function findBoundaries(stack: Stack, story: Story, n: string): Promise<Boundary[]> {
  const { act } = await story.prepare(stack, n);
  await stack.settle();
  await stack.control$('DELETE', '/calls');
  await act();
  await stack.settle();
  const seen = new Map<string, number>();
  return (await stack.calls())
    .filter((call) => !isWaiting(call))
    .map((call) => {
      const name = [call.function, call.service, call.action].join(' ');
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      return { function: call.function, service: call.service, action: call.action, nth };
    });
}

/** The reads with which the API waits differ in number from run to run. */
function isWaiting(call: Call): boolean {
  return call.action === 'GetItem' && !call.function.endsWith('-saga');
}

/** Tells the story with one fault at one boundary. Answers what is wrong in the end; nothing, on a sound stack. */
export async function tellWithFault(
  stack: Stack,
  story: Story,
  { boundary, kind, n }: { boundary: Boundary; kind: FaultKind; n: string },
): Promise<string[]> {
  const { act, end } = await story.prepare(stack, n);
  await stack.settle();
  await stack.control$('POST', '/faults', { ...boundary, kind });
  await act();
  await stack.settle();
  await stack.quiesce();
  return [...((await end?.()) ?? []), ...violations(await readWorld(stack))];
}

function send(stack: Stack, { method, path, body, headers }: Request): Promise<Reply> {
  return stack.call(method, path, { headers, ...(body !== undefined && { body }) });
}

/** Repeats the caller's key until the reply is final. A 503 is not: the next try is a new attempt. */
async function repeat(stack: Stack, request: Request): Promise<Reply> {
  let reply = await send(stack, request);
  for (let tries = 0; tries < 6; tries += 1) {
    const isFinal = reply.status !== 202 && reply.status < 500 && reply.headers.get('retry-after') === null;
    if (isFinal) return reply;
    await stack.quiesce();
    reply = await send(stack, request);
  }
  return reply;
}
