import type { Reply, Stack } from '../../stack/stack.ts';

/** One thing that somebody does, on a stack where everything else is quiet. */
export type Story = {
  readonly name: string;
  /** Told to a deployment to which three customers are many, so that comparing them is a run. */
  readonly isAtSize?: true;
  /** Makes what the story needs, and answers the deed that is told with every fault. `n` keeps stories apart. */
  prepare(stack: Stack, n: string): Promise<Deed>;
};

export type Deed = {
  /** What fails of it is for whoever did it to see; the story goes on. */
  readonly act: () => Promise<unknown>;
  /** Somebody else does the same, while a call of the first one is held up for longer than its lease. */
  readonly takeOver?: () => Promise<unknown>;
  /** Afterwards, when all is quiet: does again what did not get through, and answers what is wrong then. */
  readonly end?: () => Promise<string[]>;
  /** Nobody does it unasked: until the end, what it is to mend may be wrong. */
  readonly isOnlyAsked?: true;
};

type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers: Record<string, string>;
};

export const PROTECTED = { 'x-use-integrity-protection': 'true' };

/** What a caller asks for with a key, and repeats until the reply is final; from then on it is the same reply. */
export function asked(
  name: string,
  finalStatus: number,
  request: (stack: Stack, n: string) => Promise<Request>,
): Story {
  return {
    name,
    async prepare(stack, n) {
      const prepared = await request(stack, n);
      let first: Reply | undefined;
      return {
        async act() {
          first = await send(stack, prepared);
        },
        async end() {
          const final = await repeat(stack, prepared);
          const again = await send(stack, prepared);
          if (final.status !== finalStatus) return [`The key's repeat got ${final.status}: ${final.text}`];
          const replies = [...(first !== undefined && isFinal(first) ? [first] : []), again];
          const others = replies.filter(({ status, text }) => status !== final.status || text !== final.text);
          return others.map(({ status, text }) => `The key got ${status} ${text}, and ${final.status} ${final.text}`);
        },
      };
    },
  };
}

function send(stack: Stack, { method, path, body, headers }: Request): Promise<Reply> {
  return stack.call(method, path, { headers, ...(body !== undefined && { body }) });
}

/** Repeats the caller's key until the reply is final. A 503 is not: the next try is a new attempt. */
async function repeat(stack: Stack, request: Request): Promise<Reply> {
  let reply = await send(stack, request);
  for (let tries = 0; tries < 6; tries += 1) {
    if (isFinal(reply)) return reply;
    await stack.quiesce();
    reply = await send(stack, request);
  }
  return reply;
}

export function isFinal({ status, headers }: Reply): boolean {
  return status !== 202 && status < 500 && headers.get('retry-after') === null;
}

export type Made = { readonly id: string; readonly path: string; readonly externalId: string };

/** A customer on both sides. */
export async function createCustomer(stack: Stack, n: string): Promise<Made> {
  const email = `story-${n}@example.com`;
  const reply = await stack.call('POST', '/customers', { body: { name: 'Story', email }, headers: PROTECTED });
  if (reply.status !== 201) throw new Error(`The story could not begin: ${reply.status} ${reply.text}`);
  const { stripe } = reply.body['integrations'] as { stripe: { external_id: string } };
  const id = String(reply.body['id']);
  return { id, path: `/customers/${id}`, externalId: stripe.external_id };
}
