import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { ReadyLine } from '#local/ready-line.ts';
import type { Reply, Stage } from '../demo/stage.ts';
import { type BenchOptions, benchPart } from './part.ts';
import { callsOf } from './used.ts';
import { withStack } from './with-stack.ts';

type Contended = {
  readonly what: string;
  readonly atOnce: number;
  readonly tookEffect: number;
  /** How many must take effect; undefined where it depends on who comes when. */
  readonly wanted?: number;
  readonly refused: number;
  readonly dynamodb: number;
  /** How many calls of DynamoDB they may make in all. */
  readonly mostCalls?: number;
  readonly longestMs: number;
};

const AT_ONCE = [1, 4, 16, 64, 256];
const MOST_CALLS_EACH = 3;
const MOST_WEBHOOKS = 1_000;
const WEBHOOKS_A_WRITER = 4;
/** The sandbox delivers the events of a request one after the other. */
const DELIVERIES_AT_ONCE = 50;
const PROTECTED = { 'x-use-integrity-protection': 'true' };

/** Many at once who want the same, and who may be told that they cannot have it. */
export const contention = benchPart<Contended>({
  name: 'contention',
  columns: [
    ['What', 46],
    ['At once', 9],
    ['Took effect', 13],
    ['Refused', 9],
    ['DynamoDB calls', 16],
    ['Each', 7],
    ['Longest (ms)', 14],
  ],
  measure: (options, tell) => withStack(options, (stage, ready) => measureContention(stage, ready, options, tell)),
  cellsOf: ({ what, atOnce, tookEffect, refused, dynamodb, longestMs }) => {
    const [each, longest] = [(dynamodb / atOnce).toFixed(1), longestMs.toFixed(0)];
    return [what, atOnce, tookEffect, refused, dynamodb, each, longest];
  },
  missedBy: (rows) =>
    rows.flatMap(({ what, atOnce, tookEffect, wanted = tookEffect, dynamodb, mostCalls = dynamodb }) => [
      ...(tookEffect === wanted ? [] : [`${what}, ${atOnce} at once: ${wanted} take effect, not ${tookEffect}`]),
      ...(dynamodb <= mostCalls ? [] : [`${what}, ${atOnce} at once: ${mostCalls} calls at most, not ${dynamodb}`]),
    ]),
});

async function measureContention(
  stage: Stage,
  ready: ReadyLine,
  { writers }: BenchOptions,
  tell: (contended: Contended) => void,
): Promise<Contended[]> {
  const all: Contended[] = [];
  const note = (contended: Contended) => {
    tell(contended);
    all.push(contended);
  };
  const sizes = AT_ONCE.filter((atOnce) => atOnce <= writers);
  const create = (email: string, headers = {}) =>
    stage.api('POST', '/customers', { body: { name: 'Bench', email }, headers });
  const pathOfNew = async () => `/customers/${(await create(`${randomUUID()}@example.com`, PROTECTED)).body['id']}`;
  const race = async (what: string, atOnce: number, wanted: number | undefined, write: () => Promise<Reply>) => {
    const { replies, dynamodb, longestMs } = await atTheSameTime(ready, stage, atOnce, write);
    const tookEffect = replies.filter(({ status }) => status < 300).length;
    const most = wanted === undefined ? {} : { wanted, mostCalls: MOST_CALLS_EACH * atOnce };
    note({ what, atOnce, tookEffect, refused: atOnce - tookEffect, dynamodb, longestMs, ...most });
  };
  // Environments start as they are needed: that is measured elsewhere.
  await Promise.all(Array.from({ length: 16 }, () => create(`${randomUUID()}@example.com`, PROTECTED)));
  for (const atOnce of sizes) {
    const email = `${randomUUID()}@example.com`;
    await race('creates with one email, each with a key', atOnce, 1, () =>
      create(email, { 'idempotency-key': randomUUID() }),
    );
  }
  for (const atOnce of sizes) {
    const path = await pathOfNew();
    await race('edits of one customer, of the same version', atOnce, 1, () =>
      stage.api('PATCH', path, { body: { name: randomUUID() }, headers: { 'if-match': '"1"' } }),
    );
  }
  for (const atOnce of sizes) {
    const path = await pathOfNew();
    await race('protected edits of one customer', atOnce, undefined, () =>
      stage.api('PATCH', path, { body: { name: randomUUID() }, headers: PROTECTED }),
    );
  }
  note(await measureWebhooks(stage, ready, Math.min(MOST_WEBHOOKS, writers * WEBHOOKS_A_WRITER)));
  return all;
}

/** The calls are those of the functions that answer: what follows by itself is not waited for by anybody. */
async function atTheSameTime(ready: ReadyLine, stage: Stage, atOnce: number, write: () => Promise<Reply>) {
  await stage.settle();
  await fetch(`${ready.control}/calls`, { method: 'DELETE' });
  const beganMs = performance.now();
  let longestMs = 0;
  const replies = await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const reply = await write();
      longestMs = Math.max(longestMs, performance.now() - beganMs);
      return reply;
    }),
  );
  const calls = await callsOf(ready);
  const dynamodb = calls.filter((call) => call.service === 'dynamodb' && call.function.endsWith('-api')).length;
  await stage.settle();
  return { replies, dynamodb, longestMs };
}

/** Each event is told twice, all of them in no order; each is of a customer that was born in Stripe. */
async function measureWebhooks(stage: Stage, ready: ReadyLine, webhooks: number): Promise<Contended> {
  const births = Array.from({ length: Math.ceil(webhooks / 2) }, (_, index) => index);
  const known = new Set(await eventIds(stage));
  for (const index of births) {
    await stage.stripe('POST', '/v1/customers', { name: 'Born there', email: `${index}-${randomUUID()}@example.com` });
  }
  const events = (await eventIds(stage)).filter((id) => !known.has(id));
  const told = [...events, ...events.slice(0, webhooks - events.length)].sort(
    (one, other) => orderOf(one) - orderOf(other),
  );
  const before = await countAudits(ready);
  await stage.settle();
  await fetch(`${ready.control}/calls`, { method: 'DELETE' });
  const beganMs = performance.now();
  const shares = Array.from({ length: DELIVERIES_AT_ONCE }, (_, share) =>
    told.filter((_event, index) => index % DELIVERIES_AT_ONCE === share),
  );
  await Promise.all(shares.map((share) => stage.sandbox('POST', '/webhooks/deliver', { events: share })));
  await stage.settle();
  const longestMs = performance.now() - beganMs;
  const dynamodb = (await callsOf(ready)).filter(({ service }) => service === 'dynamodb').length;
  const tookEffect = (await countAudits(ready)) - before;
  const what = 'webhooks, each change told twice';
  return { what, atOnce: told.length, tookEffect, wanted: events.length, refused: 0, dynamodb, longestMs };
}

/** An order that has nothing to do with when it happened. */
const orderOf = (id: string) => Number.parseInt(Buffer.from(id).toString('hex').slice(-8), 16) % 9973;

async function eventIds(stage: Stage): Promise<string[]> {
  const ids: string[] = [];
  for (let after = ''; ; ) {
    const page = await stage.stripe('GET', `/v1/events?limit=100${after}`);
    const found = (page['data'] as { id: string }[]).map(({ id }) => id);
    ids.push(...found);
    if (page['has_more'] !== true) return ids;
    after = `&starting_after=${found.at(-1)}`;
  }
}

/** Each change of a customer leaves one audit entry. */
async function countAudits({ control, dynamodb }: ReadyLine): Promise<number> {
  const { CatalogTable } = (await (await fetch(`${control}/outputs`)).json()) as { CatalogTable: string };
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamodb, region: 'us-east-1', credentials }),
  );
  let count = 0;
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: CatalogTable, ProjectionExpression: 'sk' },
  )) {
    count += Items.filter((item) => String(item['sk']).startsWith('AUDIT#')).length;
  }
  return count;
}
