import { randomUUID } from 'node:crypto';
import { advance, hold, letGo, until } from '../faults/telling.ts';
import { type PlantedBug, withPlantedBug } from '../stack/planted-bug.ts';
import type { Reply, Stack } from '../stack/stack.ts';

/** No bugs, but a function that can do one thing at a time, and says so: on one machine others would wait in line. */
const LIMITED: readonly PlantedBug[] = [
  { file: 'local/context.ts', guard: "limitNoisyCallers: 'no'", without: "limitNoisyCallers: 'yes'" },
  { file: 'local/lambda-function.ts', guard: 'const mostEnvironments = 8;', without: 'const mostEnvironments = 1;' },
].map((setting) => ({ ...setting, isHarmless: true }));

/** The calls of the stack's API with the token of one caller. */
function callerOf(stack: Stack, token: string) {
  return (method: string, path: string, body?: unknown, headers = {}) =>
    stack.call(method, path, {
      ...(body !== undefined && { body }),
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
}

/** Two requests at once, of which the first keeps the environment for so long. */
async function keepBusy(stack: Stack, caller: ReturnType<typeof callerOf>, seconds: number): Promise<number[]> {
  const read = () => caller('GET', `/customers/${randomUUID()}`);
  const both: Promise<Reply>[] = [];
  await hold(stack, { service: 'dynamodb', function: 'concord-local-api' }, async () => {
    both.push(read(), read());
  });
  await until(async () => {
    const { running } = await stack.control$('GET', '/idle?except=held&within_ms=1');
    return running === 1;
  }, 'the second stands in line');
  await advance(stack, seconds);
  await letGo(stack);
  return (await Promise.all(both)).map(({ status }) => status);
}

describe('a caller who keeps the API busy', () => {
  it('is asked to wait while others are there, before anything has happened, and is served again', () =>
    withPlantedBug(LIMITED, async (stack) => {
      const [noisy, quiet] = [callerOf(stack, stack.tokens.write), callerOf(stack, stack.tokens.read)];
      const create = () =>
        noisy('POST', '/customers', { name: 'N', email: 'n@example.com' }, { 'idempotency-key': 'same' });
      expect(await keepBusy(stack, noisy, 30)).toEqual([404, 404]);
      expect((await quiet('GET', '/customers')).status).toBe(200);

      await stack.control$('DELETE', '/calls');
      const refused = await create();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('2');
      expect(refused.body).toMatchObject({
        type: 'https://concord.example/problems/too-many-requests',
        request_id: refused.headers.get('apigw-requestid'),
      });
      expect(await stack.calls()).toEqual([]);
      expect((await quiet('GET', '/customers')).status).toBe(200);

      await advance(stack, 61);
      const served = await create();
      expect([served.status, served.headers.get('idempotency-replayed')]).toEqual([201, null]);
    }));
});
