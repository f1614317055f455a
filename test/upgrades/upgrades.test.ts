import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { putItem, readWorld } from '../stack/world.ts';
import { record } from './record.ts';
import { recordReplies, repeat, type StoredReply } from './replies.ts';
import { putBack, type StoredOperation } from './stored.ts';

const HERE = 'test/upgrades';
/** `RECORD=2 npx jest test/upgrades` keeps what this version leaves. Before a change, so that the next one ends it. */
const RECORD = process.env['RECORD'];

const kept = (kind: RegExp) =>
  readdirSync(HERE)
    .filter((file) => kind.test(file))
    .toSorted();
const FORMATS = kept(/^format-\d+\.json$/);
const REPLIES = kept(/^replies-\d+\.json$/);

const readFormat = (file: string) => JSON.parse(readFileSync(join(HERE, file), 'utf8')) as StoredOperation[];

const write = (file: string, recorded: unknown) =>
  writeFileSync(join(HERE, file), `${JSON.stringify(recorded, null, 1)}\n`);

/** What stands on the operations of each name, by attribute. */
const shapeOf = (stored: readonly StoredOperation[]) =>
  stored.map(({ name, items, operationId }) => [
    name,
    Object.keys(items.find(({ pk }) => pk === `OPERATION#${operationId}`) ?? {}).toSorted(),
  ]);

describe('operations that an earlier version has begun', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(() => stack.stop());

  it('are kept in the latest format that there is', async () => {
    const recorded = await record(stack);
    if (RECORD !== undefined) {
      write(`format-${RECORD}.json`, recorded);
      write(`replies-${RECORD}.json`, await recordReplies(stack));
    }
    const latest = readFormat(RECORD === undefined ? String(FORMATS.at(-1)) : `format-${RECORD}.json`);
    expect(shapeOf(recorded)).toEqual(shapeOf(latest));
  });

  it.each(FORMATS)('end under this one: %s', async (file) => {
    const stored = readFormat(file);
    for (const operation of stored) await putBack(stack, operation);
    await countAnew(stack);
    await stack.quiesce();
    const world = await readWorld(stack);
    const ended = stored.map(({ name, operationId }) => [
      name,
      world.operations.find(({ id }) => id === operationId)?.['status'],
    ]);
    expect(ended).toEqual(stored.map(({ name, ends }) => [name, ends]));
    expect(violations(world)).toEqual([]);
  });

  it('are left to their version when it is a later one', async () => {
    const [stored] = readFormat(String(FORMATS[0]));
    if (stored === undefined) throw new Error('Nothing is stored.');
    const later = stored.items.map((item) => (item.sk === 'OPERATION' ? { ...item, format: 999 } : item));
    // Others than those that have ended above.
    const anew = JSON.parse(JSON.stringify({ ...stored, items: later }).replaceAll(stored.operationId, 'later'));
    await putBack(stack, anew);
    await stack.control$('POST', '/clock', { advance_seconds: 3600 });
    await stack.control$('POST', '/schedules/sweep-operations/run');
    await stack.settle();
    const { operations } = await readWorld(stack);
    expect(operations.find(({ id }) => id === 'later')).toMatchObject({ status: 'running', fence: 1, format: 999 });
  });

  it.each(REPLIES)('are answered, once they have ended, as they were: %s', async (file) => {
    const stored = JSON.parse(readFileSync(join(HERE, file), 'utf8')) as StoredReply[];
    for (const { name, status, text, ...asked } of stored) {
      const reply = await repeat(stack, { name, status, text, ...asked });
      const told = [name, reply.status, reply.text, reply.headers.get('idempotency-replayed')];
      expect(told).toEqual([name, status, text, 'true']);
    }
  });
});

/** What is put in behind Concord's back is not counted. */
async function countAnew(stack: Stack): Promise<void> {
  const { items, customers } = await readWorld(stack);
  const counters = items.filter(({ pk }) => pk.startsWith('COUNTER#customers#'));
  const counted = counters.reduce((sum, { live }) => sum + Number(live), 0);
  const [first] = counters;
  if (first === undefined) throw new Error('There is no counter.');
  const listed = customers.filter(({ listKey }) => listKey !== undefined).length;
  await putItem(stack, { ...first, live: Number(first['live']) + listed - counted });
}
