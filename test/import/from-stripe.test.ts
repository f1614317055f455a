import { setTimeout } from 'node:timers/promises';
import { violations } from '../stack/invariants.ts';
import { inPlantedCopy } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { ACCOUNT, fillAccount, LISTED } from './account.ts';
import { actionsOfScript, readOwnWorld, runImport, startImport } from './running-import.ts';

const NEW = ACCOUNT.plain + ACCOUNT.withoutEmail + ACCOUNT.sharing;
const ALL_IN = {
  ...{ seen: LISTED, imported: 0, already_in: NEW + ACCOUNT.linked, in_conflict: ACCOUNT.sharing },
  ...{ owed: 0, left: ACCOUNT.ofOthers, refused: 0 },
};
const LOOK_EVERY_MS = 200;
const FAST = ['--from', 'stripe', '--rate', '200'];

describe('the import of a Stripe account', () => {
  let stack: Stack;
  let older: readonly string[];
  beforeAll(async () => {
    stack = await startStack();
    older = await fillAccount(stack);
  });
  afterAll(() => stack.stop());
  beforeEach(() => stack.control$('DELETE', '/calls'));

  it('writes nothing in a dry run, and foresees what will be', async () => {
    const before = await readOwnWorld(stack);
    const { code, report } = await runImport(stack, [...FAST, '--dry-run']);

    expect(report).toMatchObject({ source: 'stripe', dry_run: true, stopped: null });
    expect(report.counts).toEqual({ ...ALL_IN, imported: NEW, already_in: ACCOUNT.linked });
    expect(report.conflicts.map(({ external_id }) => external_id).sort()).toEqual([...older].sort());
    expect(code).toBe(1);
    expect(await actionsOfScript(stack)).toEqual(['BatchGetItem', 'GET /v1/customers']);
    expect(await readOwnWorld(stack)).toEqual(before);
  });

  it('goes on after it was killed, and after Ctrl-C, and imports each once', async () => {
    const listedBefore = (await readOwnWorld(stack)).stripe.length;
    for (const { atLeast, signal, exit, stopped } of [
      { atLeast: 30, signal: 'SIGKILL', exit: null, stopped: undefined },
      { atLeast: 80, signal: 'SIGINT', exit: 130, stopped: 'It was interrupted.' },
    ] as const) {
      const running = startImport(stack, FAST);
      while ((await readOwnWorld(stack)).customers.length < atLeast + ACCOUNT.linked) {
        expect(running.process.exitCode).toBeNull();
        // To look at both sides takes a while of the processor that the import needs.
        await setTimeout(LOOK_EVERY_MS);
      }
      running.process.kill(signal);
      const { code, report } = await running.ended;
      expect([code, report.stopped]).toEqual([exit, stopped]);
    }
    // What the killed ones had in hand is done by the schedules once their leases are over, or by the last one.
    await stack.control$('POST', '/clock', { advance_seconds: 100 });
    await stack.control$('POST', '/schedules/sweep-operations/run');
    const { report } = await startImport(stack, FAST).ended;

    const { imported, already_in, ...others } = report.counts;
    expect(imported + already_in).toBe(NEW + ACCOUNT.linked);
    expect(imported).toBeGreaterThan(20);
    expect(already_in).toBeGreaterThan(50);
    expect(others).toMatchObject({ seen: LISTED, in_conflict: ACCOUNT.sharing, owed: 0, left: ACCOUNT.ofOthers });
    await stack.quiesce();
    const world = await readOwnWorld(stack);
    expect(violations(world)).toEqual([]);
    expect(world.customers).toHaveLength(NEW + ACCOUNT.linked + ACCOUNT.sharing);
    expect(world.stripe).toHaveLength(listedBefore);
  });

  it('tells of each conflict: which email, which customers', async () => {
    const { report } = await runImport(stack, FAST);

    const { customers, syncs, stripe } = await readOwnWorld(stack);
    expect(report.conflicts).toHaveLength(ACCOUNT.sharing);
    for (const conflict of report.conflicts) {
      expect(older).toContain(conflict.external_id);
      const mine = customers.find(({ id }) => id === conflict.customer_id);
      expect(mine).toMatchObject({ email: null, status: 'active' });
      const other = customers.find(({ id }) => id === conflict.other_customer_id);
      expect(String(other?.['email']).toLowerCase()).toBe(conflict.email?.toLowerCase());
      expect(stripe.find(({ id }) => id === conflict.other_external_id)?.name).toMatch(/^Newer/);
      expect(syncs.find(({ pk }) => pk === mine?.pk)).toMatchObject({ externalId: conflict.external_id });
    }
  });

  it('changes nothing when all are in, and only reads', async () => {
    const before = await readOwnWorld(stack);
    await stack.control$('DELETE', '/calls');
    const { code, report } = await runImport(stack, FAST);

    expect(report.counts).toEqual(ALL_IN);
    // Two pages of a hundred.
    expect(report.stripe_requests).toBe(2);
    expect(code).toBe(1);
    expect((await actionsOfScript(stack)).filter((action) => !/^(BatchGetItem|GetItem|GET )/.test(action))).toEqual([]);
    expect(await readOwnWorld(stack)).toEqual(before);
  });

  it('would import twice if it saw neither links nor marks', async () => {
    const before = (await readOwnWorld(stack)).customers.length;
    const links = 'lib/use-cases/sync/link-run.ts';
    const walk = 'lib/use-cases/import/import-from-stripe.ts';
    const bugs = [
      {
        file: 'lib/adapters/stripe/ownership.ts',
        guard: 'return concord_stage === stage ? { customerId, operationId }',
        without: "return concord_stage === stage ? 'nobody'",
      },
      {
        file: 'lib/use-cases/sync/handle-pokes.ts',
        guard: 'if (link?.customerId !== undefined) return { customerId: link.customerId };',
        without: '',
      },
      { file: walk, guard: 'return link?.customerId !== undefined;', without: 'return false && link;' },
      { file: walk, guard: 'if (link?.customerId === undefined) return undefined;', without: 'return undefined;' },
      { file: links, guard: 'if (link.customerId !== undefined) return', without: 'if (link === undefined) return' },
      {
        ...{ file: links, guard: "return all(equal('revision', revision), missing('customerId'));" },
        without: "return equal('revision', revision);",
      },
      {
        file: links,
        guard: "{ ...taken, lookAgain: undefined },\n        all(isUnchanged, missing('customerId')),",
        without: '{ ...taken, lookAgain: undefined }, all(isUnchanged),',
      },
    ];
    await inPlantedCopy(bugs, async (directory) => {
      await runImport(stack, FAST, directory);
    });
    const world = await readOwnWorld(stack);
    expect(world.customers.length).toBeGreaterThan(before + 60);
    expect(violations(world)).not.toEqual([]);
  });
});
