import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../../bin/command-line/options.ts';
import { parseImportCommand } from '../../bin/import/options.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { actionsOfScript, makeInStripe, readOwnWorld, runImport } from './running-import.ts';

describe('the import of a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'concord-import-'));
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await stack.stop();
  });
  afterEach(async () => {
    await stack.quiesce();
    expect(violations(await readOwnWorld(stack))).toEqual([]);
  });

  const fileOf = (text: string) => {
    const path = join(directory, 'customers.csv');
    writeFileSync(path, text);
    return ['--from', 'csv', '--file', path, '--rate', '200'];
  };

  it('reads quotes, commas, a byte order mark and CRLF, and refuses rows by their lines', async () => {
    const args = fileOf(
      [
        '\uFEFFName,email',
        '"Roe, ""Jane""",jane@example.com',
        '"Two\r\nlines",lines@example.com',
        ' Max ,  max@example.com ',
        '',
        'Nobody,not an email',
        'Again,JANE@example.com',
        ',nameless@example.com',
        'too,many@example.com,fields',
        '"bro"ken,broken@example.com',
        'Last,last@example.com',
      ].join('\r\n'),
    );
    const { code, report } = await runImport(stack, args);

    expect(code).toBe(1);
    expect(report.counts).toMatchObject({ seen: 9, imported: 3, refused: 6, owed: 0 });
    expect(Object.fromEntries(report.refused.map(({ line, reason }) => [line, reason]))).toEqual({
      3: 'name must not contain control characters',
      7: 'email must be an email address',
      8: 'has the email of line 2',
      9: 'name must not be empty',
      10: 'has 3 fields, where the first line has 2',
      11: 'has a quote in the wrong place',
    });
    const { customers, stripe } = await readOwnWorld(stack);
    const known = ['jane', 'max', 'last'].map((name) => customers.find(({ email }) => email === `${name}@example.com`));
    expect(known.map((customer) => customer?.['name'])).toEqual(['Roe, "Jane"', 'Max', 'Last']);
    expect(stripe.map(({ name }) => name).sort()).toEqual(['Last', 'Max', 'Roe, "Jane"']);
  });

  it('goes by the clock of the stack: leases and the age of requests are told by it', async () => {
    const { now } = await stack.control$('POST', '/clock', { advance_seconds: 3 * 86_400 });
    await runImport(stack, fileOf('email,name\nlater@example.com,Later\n'));
    const { customers } = await readOwnWorld(stack);
    const later = customers.find(({ email }) => email === 'later@example.com');
    expect(String(later?.['createdAt']) >= String(now)).toBe(true);
  });

  it('is done once, however often it is run, also twice at the same time', async () => {
    const args = fileOf('email,name\nonce1@example.com,Once 1\nonce2@example.com,Once 2\n');
    const twins = await Promise.all([runImport(stack, args), runImport(stack, args)]);
    expect(twins.map(({ code, report }) => [code, report.counts.seen])).toEqual([
      [0, 2],
      [0, 2],
    ]);
    const { items, stripe } = await readOwnWorld(stack);
    await stack.control$('DELETE', '/calls');
    const { code, report } = await runImport(stack, args);
    expect([code, report.counts]).toEqual([0, expect.objectContaining({ imported: 0, already_in: 2, refused: 0 })]);
    expect(await actionsOfScript(stack)).toEqual(['BatchGetItem', 'GetItem']);
    expect(await readOwnWorld(stack)).toMatchObject({ items, stripe });
  });

  it('links a row with an external_id to that Stripe customer, and makes no second one', async () => {
    const there = await makeInStripe(stack, { name: 'Old name', email: 'there@example.com' });
    const same = await makeInStripe(stack, { name: 'Same', email: 'same@example.com' });
    const theirs = { 'metadata[concord_stage]': 'other', 'metadata[concord_customer_id]': 'theirs' };
    const taken = await makeInStripe(stack, { name: 'Theirs', ...theirs });
    const before = (await readOwnWorld(stack)).stripe.length;
    const args = fileOf(
      [
        'external_id,name,email',
        `${there},New name,there@example.com`,
        `${same},Same,same@example.com`,
        'cus_unknown,Ghost,ghost@example.com',
        `${taken},Taken,taken@example.com`,
        `${same},Twin,twin@example.com`,
        'not an id,Odd,odd@example.com',
        ',Fresh,fresh@example.com',
      ].join('\n'),
    );
    const dry = await runImport(stack, [...args, '--dry-run']);
    const { code, report } = await runImport(stack, args);

    expect(dry.report).toMatchObject({ counts: report.counts, refused: report.refused });
    expect(code).toBe(1);
    expect(report.counts).toMatchObject({ seen: 7, imported: 3, refused: 4, owed: 0 });
    expect(report.refused.map(({ line }) => line)).toEqual([4, 5, 6, 7]);
    const world = await readOwnWorld(stack);
    // Only the row without one has made one; the catalog's name has won.
    expect(world.stripe).toHaveLength(before + 1);
    expect(world.stripe.find(({ id }) => id === there)?.name).toBe('New name');
    expect((await runImport(stack, args)).report.counts).toMatchObject({ imported: 0, already_in: 3, refused: 4 });
  });

  it('makes no second Stripe customer when its process dies at any write of a linked row, or does not hear of it', async () => {
    const rows = ['name,email,external_id'];
    const before = (await readOwnWorld(stack)).stripe.length;
    // Before the second write is after the first.
    for (const [kind, writes] of Object.entries({
      'kill-before': [1],
      'kill-after': [1, 2, 3, 4],
      'lost-reply': [1, 2, 3, 4],
    })) {
      for (const nth of writes) {
        const email = `${kind}-${nth}@example.com`;
        const row = `Dies,${email},${await makeInStripe(stack, { name: 'Dies', email })}`;
        rows.push(row);
        const fault = { function: 'script', service: 'dynamodb', action: 'TransactWriteItems', kind, nth };
        await stack.control$('POST', '/faults', fault);
        await runImport(stack, fileOf(`${rows[0]}\n${row}\n`));
        await stack.control$('DELETE', '/faults');
      }
    }
    await stack.quiesce();
    const { report } = await runImport(stack, fileOf(rows.join('\n')));
    expect(report.counts).toMatchObject({ seen: 9, already_in: 9 });
    expect((await readOwnWorld(stack)).stripe).toHaveLength(before + 9);
  });

  it('tells of what Stripe refuses: it is in the catalog, and owed', async () => {
    const { code, report } = await runImport(stack, fileOf('name,email\nNo,no@rejected.example\n'));
    expect(code).toBe(1);
    expect(report.owed).toEqual([
      expect.objectContaining({ line: 2, reason: expect.stringContaining('Invalid email') }),
    ]);
    const [{ customer_id } = {}] = report.owed;
    await stack.call('PATCH', `/customers/${customer_id}`, { body: { email: 'yes@example.com' } });
  });

  it('tells of a quote that is never closed, and of everything before it', async () => {
    const { report } = await runImport(
      stack,
      fileOf('name,email\nBefore,before@example.com\n"Open,open@example.com\n'),
    );
    expect(report.counts).toMatchObject({ imported: 1, refused: 1 });
    expect(report.refused[0]).toMatchObject({ line: 3, reason: expect.stringContaining('not closed') });
  });
});

describe('the command line of the import', () => {
  const unreachable = { control: 'http://127.0.0.1:9' } as Stack;
  it.each([
    [['--from', 'ftp'], 'stripe or csv'],
    [['--from', 'csv'], 'needs --file'],
    [['--from', 'stripe', '--file', 'customers.csv'], '--file goes with'],
    [['--from', 'stripe', '--rate', '0'], '--rate needs'],
    [['--from', 'stripe', '--fast'], '--fast'],
  ])('refuses %p', (args, told) => {
    expect(() => parseImportCommand(args)).toThrow(told);
    expect(() => parseImportCommand(args)).toThrow(CommandError);
  });

  it.each([
    [['--from', 'csv', '--file', '/none.csv'], 'there is no file'],
    [['--from', 'stripe'], 'is it running?'],
  ])('refuses %p with exit code 2', async (args, told) => {
    const { code, errors, report } = await runImport(unreachable, args);
    expect([code, report]).toEqual([2, {}]);
    expect(errors).toContain(told);
  });
});
