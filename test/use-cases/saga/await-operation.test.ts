import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { absent, type CatalogStore, put } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { awaitOperation } from '#use-cases/saga/await-operation.ts';
import { manualClock } from '../../contracts/manual-clock.ts';
import { answering } from '../answering.ts';

/** Waits for an operation that is final `endsMs` after the wait began; tells for how long, and how often it looked. */
async function wait(endsMs: number, longestMs = 20_000) {
  const clock = manualClock();
  const store = new MemoryCatalogStore(clock);
  const [beganMs, at] = [clock.nowMs(), new Date(clock.nowMs()).toISOString()];
  let looks = 0;
  const looking = new Proxy(store, {
    get: (target, name) =>
      name === 'read'
        ? async (keys: Parameters<MemoryCatalogStore['read']>[0]) => {
            looks += 1;
            return target.read(keys);
          }
        : Reflect.get(target, name),
  });
  const answered = awaitOperation({ store: looking, clock }, 'operation', beganMs + longestMs).then((result) => ({
    ...{ is: result.is, tookMs: clock.nowMs() - beganMs },
  }));
  await clock.pass(endsMs);
  const ended: OperationRecord = {
    ...{ id: 'operation', kind: 'delete', customerId: 'c', status: 'succeeded', before: null, after: null, version: 1 },
    ...{ customerCreatedAt: at, createdAt: at, updatedAt: at, attemptSince: at, lastSentAt: at },
    ...{ fence: 1, attempt: 1, sent: 1, answered: 1, steps: [] },
  };
  await store.commit({ operation: put({ type: 'operation', operationId: 'operation' }, ended, absent) });
  await clock.pass(longestMs);
  return { ...(await answered), looks };
}

describe('the wait for an operation', () => {
  it.each([30, 175, 400, 1_500, 6_000])('of %d ms is over soon after its end', async (endsMs) => {
    const { is, tookMs } = await wait(endsMs);
    expect(is).toBe('completed');
    expect(tookMs - endsMs).toBeLessThanOrEqual(Math.min(50 + endsMs / 4, 500));
  });

  it('costs few looks', async () => {
    expect((await wait(175)).looks).toBeLessThanOrEqual(4);
    expect((await wait(400)).looks).toBeLessThanOrEqual(6);
    expect((await wait(30_000)).looks).toBeLessThanOrEqual(50);
  });

  it('ends at its deadline, and says so', async () => {
    expect(await wait(3_000, 2_000)).toMatchObject({ is: 'underway', tookMs: 2_000 });
  });

  it('that reads nothing in the end says how far the operation was when it was read last', async () => {
    const clock = manualClock();
    const store = new MemoryCatalogStore(clock);
    let reads = 0;
    const status = 'compensating';
    const readOnly =
      (first: number): CatalogStore['read'] =>
      async () => {
        reads += 1;
        if (reads !== first) throw new Error('It was not read.');
        return [{ status }] as never;
      };
    for (const [first, expected] of [
      [0, 'running'],
      [1, status],
    ] as const) {
      reads = 0;
      const looking = answering(store, { read: readOnly(first) });
      const waited = awaitOperation({ store: looking, clock }, 'o', clock.nowMs() + 1_000);
      await clock.pass(1_000);
      expect(await waited).toEqual({ is: 'underway', operationId: 'o', status: expected });
    }
  });
});
