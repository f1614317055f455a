import { LeaseTimeoutError, makeIdempotentByKey, withLeases } from '../../lib/index.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { enterStack, type Outputs } from './script-environment.ts';

let stack: Stack;
let outputs: Outputs;
beforeAll(async () => {
  stack = await startStack();
  outputs = await enterStack(stack);
});
afterAll(() => stack.stop());

type Order = { readonly id: string; readonly cents: number };

describe('a function made idempotent by key', () => {
  let names = 0;
  /** A wrapped function of a name of its own, and the calls that its work was given. */
  function wrap<Result>(work: (order: Order) => Promise<Result>, options: { longestRunMs?: number } = {}) {
    const worked: Order[] = [];
    const doWork = (order: Order) => {
      worked.push(order);
      return work(order);
    };
    names += 1;
    const settings = { ephemeralTable: outputs.EphemeralTable, name: `work-${names}`, ...options };
    return { worked, call: makeIdempotentByKey(doWork, { ...settings, keyOf: ({ id }) => id }), doWork, settings };
  }
  const order = { id: 'a', cents: 5 };
  const problem = (type: string) => expect.objectContaining({ problem: expect.objectContaining({ type }) });

  it('acts once a key, and gives the first result again', async () => {
    const { call, worked } = wrap(async ({ cents }) => ({ paid: cents, note: undefined, at: [{}] }));

    expect(await call(order)).toEqual({ paid: 5, at: [{}] });
    expect(await call({ cents: 5, id: 'a' })).toEqual({ paid: 5, at: [{}] });
    expect(await call({ id: 'b', cents: 6 })).toEqual({ paid: 6, at: [{}] });
    expect(worked).toHaveLength(2);
  });

  it.each([undefined, null, 0, '', false])('remembers %p as a result', async (result) => {
    const { call, worked } = wrap(async () => result);
    expect([await call(order), await call(order)]).toEqual([result, result]);
    expect(worked).toHaveLength(1);
  });

  it('refuses another payload under the key', async () => {
    const { call, worked } = wrap(async () => 'done');
    await call(order);
    await expect(call({ ...order, cents: 6 })).rejects.toEqual(problem('idempotency-key-reused'));
    expect(worked).toHaveLength(1);
  });

  it('compares what was asked, even when the work changes its arguments', async () => {
    const { call, worked } = wrap(async (mine) => {
      (mine as { cents: number }).cents = 0;
      return 'done';
    });
    await call({ ...order });
    expect(await call({ ...order })).toBe('done');
    expect(worked).toHaveLength(1);
  });

  it('forgets the key of work that throws, whatever it throws', async () => {
    const failures: unknown[] = [new RangeError('first'), 'second'];
    const { call, worked } = wrap(async () => {
      if (failures.length > 0) throw failures.shift();
      return 'third';
    });
    await expect(call(order)).rejects.toThrow(RangeError);
    await expect(call(order)).rejects.toBe('second');
    expect(await call(order)).toBe('third');
    expect(worked).toHaveLength(3);
  });

  it('lets one twin work at a time', async () => {
    let finish = (_: string) => {};
    const { call, worked } = wrap(() => new Promise<string>((resolve) => (finish = resolve)));
    const first = call(order);
    while (worked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(call(order)).rejects.toEqual(problem('idempotency-in-progress'));
    finish('done');
    expect(await first).toBe('done');
    expect(await call(order)).toBe('done');
  });

  it('lets the next one work once a run has died, and the dead one end nothing of it when it wakes', async () => {
    const finish: ((result: string) => void)[] = [];
    const { call, worked } = wrap(() => new Promise<string>((resolve) => finish.push(resolve)), {
      longestRunMs: 2_000,
    });
    const late = call(order);
    while (worked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const next = call(order);
    while (worked.length === 1) await new Promise((resolve) => setTimeout(resolve, 10));
    finish[0]?.('late');
    expect(await late).toBe('late');
    await expect(call(order)).rejects.toEqual(problem('idempotency-in-progress'));
    finish[1]?.('next');
    expect([await next, await call(order)]).toEqual(['next', 'next']);
  });

  it('refuses a call without a key', async () => {
    const { call, worked } = wrap(async () => 'done');
    await expect(call({ ...order, id: '' })).rejects.toThrow(TypeError);
    expect(worked).toEqual([]);
  });

  it('does nothing when the table does not answer, and answers when it does not hear of the end', async () => {
    const { call, worked } = wrap(async () => 'done');
    const fault = { function: 'script', service: 'dynamodb', kind: 'error' };
    await stack.control$('POST', '/faults', { ...fault, action: 'PutItem' });
    await expect(call(order)).rejects.toMatchObject({ name: 'IdempotencyPersistenceLayerError' });
    expect(worked).toEqual([]);
    await stack.control$('POST', '/faults', { ...fault, action: 'UpdateItem' });
    expect(await call(order)).toBe('done');
  });

  it('keeps the keys of different names apart', async () => {
    const [one, two] = [wrap(async () => 'one'), wrap(async () => 'two')];
    expect([await one.call(order), await two.call(order)]).toEqual(['one', 'two']);
  });
});

describe.each(['catalog', 'memory'] as const)('work under leases in %s', (kind) => {
  it('is done by one at a time, and refused when others hold the name for too long', async () => {
    const place = () => withLeases(kind === 'memory' ? 'memory' : { catalogTable: outputs.CatalogTable });
    const withLease = place();
    let at = 0;
    let most = 0;
    const work = async () => {
      at += 1;
      most = Math.max(most, at);
      await new Promise((resolve) => setTimeout(resolve, 50));
      at -= 1;
      return most;
    };
    const options = { durationMs: 10_000, waitMs: 10_000 };
    const all = await Promise.all([1, 2, 3].map(() => withLease([`shared-${kind}`], options, work)));
    expect(all).toEqual([1, 1, 1]);

    const elsewhere = kind === 'memory' ? withLease : place();
    await withLease(['held'], options, async () => {
      const refused = elsewhere(['held'], { ...options, waitMs: 0 }, async () => 'not begun');
      await expect(refused).rejects.toThrow(LeaseTimeoutError);
    });
  });
});
