import { violations } from '../stack/invariants.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

/** One moment at which the machine loses its power, while callers are at work. */
export type Outage = {
  readonly name: string;
  /** The outgoing calls that are held up until then, so that the work behind them is in flight. */
  readonly held: readonly Record<string, unknown>[];
  /** The outage comes when so many of each are held up. */
  readonly ofEach: number;
};

const LONGER_THAN_THE_STORY_MS = 600_000;

/** The first ones pass: some of the work is done by then. */
function holdFrom(nth: number, call: Record<string, unknown>): Record<string, unknown> {
  return { ...call, nth, times: 1000, kind: 'delay', delay_ms: LONGER_THAN_THE_STORY_MS };
}

/** How the runner's `/calls` spells the functions of lambda entries. */
const [SAGA, SYNC] = ['concord-local-saga', 'concord-local-sync'];

export const OUTAGES: readonly Outage[] = [
  {
    name: 'requests to Stripe are on their way',
    held: [SAGA, SYNC].map((name) => holdFrom(2, { function: name, service: 'stripe' })),
    ofEach: 1,
  },
  {
    name: 'Stripe has answered, and that is not committed',
    // The saga's first transaction follows Stripe's answer; each of six sync runs has two before it.
    held: [
      holdFrom(2, { function: SAGA, service: 'dynamodb', action: 'TransactWriteItems' }),
      holdFrom(10, { function: SYNC, service: 'dynamodb', action: 'TransactWriteItems' }),
    ],
    ofEach: 2,
  },
  {
    name: 'first transactions are committed, and nobody was told',
    held: ['states', 'sqs'].map((service) => holdFrom(2, { service })),
    ofEach: 2,
  },
];

type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers: Record<string, string>;
};
/** A request, and the final reply that its caller has; none when the connection broke before. */
type Told = { readonly request: Request; final?: Reply };
type Fields = { readonly id: string; readonly name: string; readonly email: string; readonly version: number };

const PROTECTED = { 'x-use-integrity-protection': 'true' };
const MODES = [
  { mode: 'default', headers: {} },
  { mode: 'protected', headers: PROTECTED },
];
const MOST_REPEATS = 5;

/**
 * Kills the stack of `checkout` in the middle of mixed work, once for each outage, and starts it again each time with
 * the same data. Answers what is wrong in the end, one sentence each: nothing on a sound stack.
 */
export async function tellOutages(
  outages: readonly Outage[],
  { data, checkout = process.cwd() }: { readonly data: string; readonly checkout?: string },
): Promise<string[]> {
  // Ports that no other test draws: nobody may take them while the stack is down.
  const port = 15_000 + Math.floor(Math.random() * 900) * 5;
  const options = { directory: checkout, args: ['--data', data], port };
  let stack = await startStack(options);
  const told: Told[] = [];
  const wrong: string[] = [];
  try {
    for (const [index, outage] of outages.entries()) {
      const beforehand = await prepare(stack, `r${index}`);
      await stack.settle();
      for (const call of outage.held) await stack.control$('POST', '/faults', call);
      const underway = mixedWork(`r${index}`, beforehand).map((request) => ({ request }));
      const answered = Promise.all(underway.map((one) => ask(stack, one)));
      await untilHeld(stack, outage.ofEach);
      await stack.kill();
      await answered;
      told.push(...beforehand, ...underway);

      stack = await startStack(options);
      const wasInFlight = (await readWorld(stack)).operations.some(({ status }) => status === 'running');
      await stack.quiesce();
      const found = wasInFlight ? await findWrong(stack, told) : ['No operation was in flight.'];
      wrong.push(...found.map((sentence) => `When ${outage.name}: ${sentence}`));
      if (found.length > 0) break;
    }
  } finally {
    await stack.stop();
  }
  return wrong;
}

/** Looks at both sides and at every reply, and again after the repeats. Stops where it finds something. */
async function findWrong(stack: Stack, told: readonly Told[]): Promise<string[]> {
  for (const look of [wrongInWorld, wrongReplies, wrongInWorld]) {
    const found = await look(stack, told);
    if (found.length > 0) return found;
  }
  return [];
}

async function wrongInWorld(stack: Stack, told: readonly Told[]): Promise<string[]> {
  return [...violations(await readWorld(stack)), ...(await lostChanges(stack, told))];
}

/** Customers to work on, each made and once changed: what was acknowledged long before the outage. */
async function prepare(stack: Stack, round: string): Promise<Told[]> {
  const names = MODES.flatMap(({ mode }) => ['update', 'move', 'both', 'delete'].map((kind) => `${kind}-${mode}`));
  const creates = names.map((name) => ({ request: create(`${round}-${name}`, PROTECTED) }));
  await askUntilAnswered(stack, creates);
  const edits = creates.map((one) => ({ request: edit(one, 'edit', { name: 'Edited' }, {}) }));
  await askUntilAnswered(stack, edits);
  return [...creates, ...edits];
}

/** All at once: creates, updates, email changes, both changes to one customer, and deletes, in both modes. */
function mixedWork(round: string, prepared: readonly Told[]): Request[] {
  const customers = prepared.filter(({ request }) => request.method === 'POST');
  return MODES.flatMap(({ mode, headers }, index) => {
    const [update, move, both, gone] = customers.slice(index * 4, index * 4 + 4) as [Told, Told, Told, Told];
    return [
      create(`${round}-new-${mode}`, headers),
      create(`${round}-newer-${mode}`, headers),
      edit(update, 'update', { name: 'Updated' }, headers),
      edit(move, 'move', { email: `moved-${move.request.body?.['email']}` }, headers),
      edit(both, 'name', { name: 'First of both' }, headers),
      edit(both, 'email', { email: `moved-${both.request.body?.['email']}` }, headers),
      { method: 'DELETE', path: pathOf(gone), headers: { ...headers, 'idempotency-key': `delete-${pathOf(gone)}` } },
    ];
  });
}

function create(name: string, headers: Record<string, string>): Request {
  const body = { name, email: `${name}@example.com` };
  return { method: 'POST', path: '/customers', body, headers: { ...headers, 'idempotency-key': `create-${name}` } };
}

function edit(customer: Told, key: string, body: Record<string, string>, headers: Record<string, string>): Request {
  const path = pathOf(customer);
  return { method: 'PATCH', path, body, headers: { ...headers, 'idempotency-key': `${key}-${path}` } };
}

function pathOf({ request, final }: Told): string {
  if (request.method !== 'POST') return request.path;
  if (final === undefined) throw new Error(`${request.headers['idempotency-key']} was never answered.`);
  return `/customers/${final.body['id']}`;
}

/** Sends a request, once. Its reply is noted if it is final, and answered. */
async function ask(stack: Stack, told: Told): Promise<Reply | undefined> {
  const { method, path, body, headers } = told.request;
  // The outage breaks the connection.
  const reply = await stack.call(method, path, { headers, ...(body !== undefined && { body }) }).catch(() => undefined);
  if (reply === undefined) return undefined;
  const isFinal = reply.status !== 202 && reply.status < 500 && reply.headers.get('retry-after') === null;
  if (isFinal) told.final ??= reply;
  return reply;
}

/** Repeats each key until it is answered for good: on a slow machine the first reply may be that the work goes on. */
async function askUntilAnswered(stack: Stack, all: readonly Told[]): Promise<void> {
  for (let repeats = 0; repeats < MOST_REPEATS; repeats += 1) {
    const open = all.filter(({ final }) => final === undefined);
    if (open.length === 0) return;
    if (repeats > 0) await stack.settle();
    await Promise.all(open.map((one) => ask(stack, one)));
  }
}

async function untilHeld(stack: Stack, ofEach: number): Promise<void> {
  for (let tries = 0; tries < 4_000; tries += 1) {
    const { faults } = await stack.control$('GET', '/faults');
    if ((faults as { seen: number; nth: number }[]).every(({ seen, nth }) => seen >= nth + ofEach - 1)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The work never came to where ${ofEach} calls of each kind are held up.`);
}

/** Repeats every key until it is answered for good, and once more: what was answered before is answered again. */
async function wrongReplies(stack: Stack, told: readonly Told[]): Promise<string[]> {
  for (let repeats = 0; repeats < MOST_REPEATS; repeats += 1) {
    const open = told.filter(({ final }) => final === undefined);
    if (open.length === 0) break;
    await Promise.all(open.map((one) => ask(stack, one)));
    await stack.quiesce();
  }
  const wrong: string[] = [];
  for (const one of told) {
    const { request, final } = one;
    const key = request.headers['idempotency-key'];
    const again = await ask(stack, one);
    const right = request.method === 'POST' ? 201 : 200;
    if (final?.status !== right) wrong.push(`${key} got ${again?.status} in the end: ${again?.text}`);
    else if (again?.status !== final.status || again.text !== final.text)
      wrong.push(`${key} was told ${final.status} ${final.text}, and then ${again?.status} ${again?.text}`);
    else if (again.headers.get('idempotency-replayed') !== 'true') wrong.push(`${key} was not told that it repeats.`);
  }
  return wrong;
}

/**
 * Each acknowledged change must be seen, unless a later acknowledged one replaced it: the version says which is later.
 * While a change of the customer is unanswered it may be seen too.
 */
async function lostChanges(stack: Stack, told: readonly Told[]): Promise<string[]> {
  const wrong: string[] = [];
  const acknowledged = told.filter(({ final }) => final !== undefined && final.status < 300);
  for (const path of new Set(acknowledged.map(pathOf))) {
    const here = acknowledged.filter((one) => pathOf(one) === path);
    const open = told.filter(({ request, final }) => final === undefined && request.path === path);
    const seen = await stack.call('GET', path);
    const isGone = seen.status === 404;
    if (here.some(({ request }) => request.method === 'DELETE')) {
      if (!isGone) wrong.push(`${path} is back after its delete.`);
      continue;
    }
    if (isGone) {
      if (!open.some(({ request }) => request.method === 'DELETE')) wrong.push(`${path} is gone.`);
      continue;
    }
    const latest = here.map(({ final }) => final?.body as Fields).reduce((a, b) => (b.version > a.version ? b : a));
    const now = seen.body as Fields;
    const isReplaced = now.version > latest.version && open.length > 0;
    const isSeen = now.version === latest.version && now.name === latest.name && now.email === latest.email;
    if (!isSeen && !isReplaced) wrong.push(`${path} was acknowledged as ${show(latest)} and is ${show(now)}.`);
  }
  return wrong;
}

function show({ name, email, version }: Fields): string {
  return JSON.stringify({ name, email, version });
}
