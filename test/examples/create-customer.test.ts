import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

describe('the example create-customer', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it('creates one customer on both sides, changes it and deletes it, and says so', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      'examples/create-customer/script.ts',
      stack.control,
    ]);

    const id = /^created {2}(\S+), in Stripe cus_\w+$/m.exec(stdout)?.[1];
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining(`created  ${id}, in Stripe cus_`),
      `repeated ${id}: the same customer`,
      `updated  ${id}: John Q. Doe, version 2`,
      `deleted  ${id}, on both sides`,
    ]);
    await stack.settle();
    const world = await readWorld(stack);
    expect(violations(world)).toEqual([]);
    expect(world.customers).toEqual([expect.objectContaining({ id, status: 'deleted', name: null, email: null })]);
    expect(world.operations.map(({ kind, status }) => `${kind} ${status}`).sort()).toEqual([
      'create succeeded',
      'delete succeeded',
      'update succeeded',
    ]);
    expect(world.claims).toEqual([]);
    expect(world.stripe).toEqual([]);
    const state = await stack.sandbox('GET', '/state');
    expect(state['customers']).toHaveLength(1);
    const own = (await stack.calls()).filter((call) => call.function === 'script');
    expect(new Set(own.map(({ service }) => service))).toEqual(new Set(['dynamodb', 'states', 'secrets', 'stripe']));
  });
});
