import type { SeededRandom } from '../simulation/seeded-random.ts';
import { dashboard } from '../stack/dashboard.ts';
import type { Reply, Stack } from '../stack/stack.ts';

type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
  readonly headers: Record<string, string>;
};
type Asked = { readonly request: Request; final?: Reply };

/** What one client has done so far, and what it was told wrongly. */
export type Client = {
  /** Does one thing that the seed chooses, and waits for the answer. */
  next(): Promise<void>;
  /** Repeats every key until it is answered for good. */
  repeatAll(): Promise<void>;
  readonly done: Map<string, number>;
  readonly wrong: string[];
};

const PROTECTED = { 'x-use-integrity-protection': 'true' };
const MOST_REPEATS = 20;

/** A caller of the API who also edits in Stripe, with emails of its own. `name` is in all of them. */
export function createClient(stack: Stack, name: string, random: SeededRandom): Client {
  const asked: Asked[] = [];
  const paths: string[] = [];
  const done = new Map<string, number>();
  const wrong: string[] = [];
  let count = 0;

  const fresh = () => {
    count += 1;
    return `${name}-${count}`;
  };
  const email = () => `${fresh()}@example.com`;
  const headers = () => ({ ...(random.chance(0.5) && PROTECTED), 'idempotency-key': fresh() });

  async function send(one: Asked): Promise<void> {
    const { method, path, body, headers: given } = one.request;
    const reply = await stack.call(method, path, { headers: given, ...(body !== undefined && { body }) });
    if (!isFinal(reply)) return;
    if (one.final === undefined) {
      one.final = reply;
      if (method === 'POST' && reply.status === 201) paths.push(`/customers/${reply.body['id']}`);
    } else if (one.final.status !== reply.status || (reply.status < 300 && one.final.text !== reply.text)) {
      wrong.push(`${method} ${path} got ${one.final.status} ${one.final.text}, and then ${reply.status} ${reply.text}`);
    }
  }

  function ask(request: Omit<Request, 'headers'>): Promise<void> {
    const one: Asked = { request: { ...request, headers: headers() } };
    asked.push(one);
    return send(one);
  }

  async function inStripe(change: (id: string) => Promise<unknown>): Promise<void> {
    const path = random.pick(paths);
    const { integrations } = (await stack.call('GET', path)).body as {
      integrations?: { stripe: { external_id: string | null } };
    };
    const id = integrations?.stripe.external_id;
    // Somebody else may have deleted it by now.
    if (id) await change(id).catch(() => {});
  }

  const stripe = dashboard(stack).customers;
  const creates = { create: () => ask({ method: 'POST', path: '/customers', body: { name, email: email() } }) };
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    ...creates,
    rename: () => ask({ method: 'PATCH', path: random.pick(paths), body: { name: fresh() } }),
    'email change': () => ask({ method: 'PATCH', path: random.pick(paths), body: { email: email() } }),
    'edit in Stripe': () => inStripe((id) => stripe.update(id, { name: fresh() })),
    'email change in Stripe': () => inStripe((id) => stripe.update(id, { email: email() })),
    'create in Stripe': () => stripe.create({ name, email: email() }).catch(() => {}),
    delete: () => ask({ method: 'DELETE', path: random.pick(paths) }),
    'delete in Stripe': () => inStripe((id) => stripe.del(id)),
    repeat: () => send(random.pick(asked)),
    read: () => stack.call('GET', random.pick(paths)),
    list: () => stack.call('GET', '/customers?limit=10'),
  };
  // Edits are most of what happens.
  const names = [...Object.keys(deeds), 'create', 'create', 'create', 'rename', 'rename', 'edit in Stripe', 'repeat'];

  return {
    done,
    wrong,
    async next() {
      const deed = paths.length === 0 ? 'create' : random.pick(names);
      done.set(deed, (done.get(deed) ?? 0) + 1);
      await deeds[deed]?.().catch((error: Error) => wrong.push(`${deed}: ${error.message}`));
    },
    async repeatAll() {
      for (const one of asked) {
        for (let tries = 0; one.final === undefined; tries += 1) {
          if (tries === MOST_REPEATS) {
            wrong.push(`${one.request.method} ${one.request.path} never got a final reply.`);
            break;
          }
          if (tries > 0) await stack.quiesce();
          await send(one);
        }
      }
    },
  };
}

/** A busy customer, an unfinished operation and a failure are asked for again. */
function isFinal({ status, headers }: Reply): boolean {
  return status !== 202 && status < 500 && headers.get('retry-after') === null;
}
