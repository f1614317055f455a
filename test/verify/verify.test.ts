import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseVerifyCommand } from '../../bin/verify/options.ts';

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };

const AGREED = {
  validated_at: '2026-11-23T00:00:00.000Z',
  consistent: true,
  catalog_customers: 2,
  stripe_customers: 2,
};
const CONSISTENT = { ...AGREED, issue_count: 0, issues: [] };
const issue = (n: number) => ({
  ...{ kind: n % 2 === 0 ? 'name-drift' : 'stripe-orphan', severity: 'warning', customer_id: `customer-${n}` },
  ...{ external_id: `cus_${n}`, detail: `differs ${n}`, repair: { action: 'sync', safe: n % 2 === 0 } },
});
const DRIFT = { ...AGREED, consistent: false, issue_count: 3 };

describe('npm run verify', () => {
  let server: Server;
  let api: string;
  let asked: string[];
  let answers: (path: string) => Answer;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      const { status, headers, body } = answers(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
  });

  async function verify(args: readonly string[] = []) {
    const child = spawn(process.execPath, ['bin/verify.ts', '--api', api, '--token', 'secret', ...args]);
    const [said, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { said, errors, code };
  }

  it('says that both sides agree, with exit code 0', async () => {
    answers = () => ({ status: 200, body: CONSISTENT });
    const { said, code } = await verify();
    expect([code, said]).toEqual([0, expect.stringContaining('Both sides agree.')]);
    expect(asked).toEqual(['GET /customers/data-consistency/validate Bearer secret']);
    expect(JSON.parse((await verify(['--json'])).said)).toEqual(CONSISTENT);
  });

  it('tells each issue in a table, with exit code 1, and what must be repaired by hand', async () => {
    answers = () => ({ status: 200, body: { ...DRIFT, issues: [1, 2, 3].map(issue) } });
    const { said, code } = await verify();
    expect(code).toBe(1);
    expect(said).toMatch(/^ +2 {2}stripe-orphan$/m);
    expect(said).toMatch(/^warning {3}name-drift {5}customer-2 {2}cus_2 {3}sync {12}differs 2$/m);
    expect(said).toMatch(/^warning {3}stripe-orphan {2}customer-3 {2}cus_3 {3}sync \(by hand\) {2}differs 3$/m);
  });

  it('follows a large run until it is done, and all its pages', async () => {
    let polls = 0;
    answers = (path) => {
      const run = '/customers/data-consistency/runs/r1';
      if (path.endsWith('/validate')) {
        return { status: 202, headers: { location: run, 'retry-after': '0' }, body: { id: 'r1' } };
      }
      polls += 1;
      if (polls < 3)
        return { status: 200, headers: { 'retry-after': '0' }, body: { status: 'running', progress: polls / 4 } };
      if (path === `${run}?cursor=two`) return { status: 200, body: { ...DRIFT, status: 'done', issues: [issue(3)] } };
      return { status: 200, body: { ...DRIFT, status: 'done', issues: [1, 2].map(issue), next_cursor: 'two' } };
    };
    const { said, errors, code } = await verify(['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(said)).toEqual({ ...DRIFT, issues: [1, 2, 3].map(issue) });
    // Progress is told every ten seconds where there is no terminal.
    expect(errors).toBe('');
  });

  it.each<[string, Answer, string]>([
    ['refused run', { status: 200, body: { status: 'refused', reason: 'account differs' } }, 'account differs'],
    ['foreign place', { status: 202, headers: { location: 'http://127.0.0.1:9/x' }, body: {} }, 'another origin'],
    ['missing place', { status: 202, body: {} }, 'does not say where'],
    ['refused token', { status: 403, body: { message: 'Forbidden' } }, '403'],
    ['page that is not JSON', { status: 200, body: '<html>' }, 'not JSON'],
    ['reply that is no report', { status: 200, body: {} }, 'no report'],
  ])('has exit code 2 for a %s', async (_, answer, told) => {
    answers = () => answer;
    const { said, errors, code } = await verify();
    expect([code, said]).toEqual([2, '']);
    expect(errors).toContain(told);
    expect(errors).not.toContain('secret');
  });

  it('ends at Ctrl-C while a run goes on, and says what is left', async () => {
    answers = () => ({ status: 200, headers: { 'retry-after': '60' }, body: { status: 'running' } });
    const child = spawn(process.execPath, ['bin/verify.ts', '--api', api, '--token', 'secret']);
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const [said, errors, [code]] = await ended;
    expect([code, said]).toEqual([130, '']);
    expect(errors).toMatch(/^Interrupted\. Nothing was changed; .*\n$/);
  });

  it('has exit code 2 for a run that takes too long, and says where it will be', async () => {
    answers = () => ({ status: 200, headers: { 'retry-after': '0' }, body: { status: 'running' } });
    const { errors, code } = await verify(['--timeout', '0.3']);
    expect([code, errors]).toEqual([2, expect.stringContaining('goes on')]);
  });

  it.each([
    [['--api', 'http://127.0.0.1:9', '--token', 'x'], 'does not answer'],
    [['--stack', 'http://127.0.0.1:9'], 'is not the control server'],
  ])('has exit code 2 for %p', async (args, told) => {
    const child = spawn(process.execPath, ['bin/verify.ts', ...args]);
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, errors]).toEqual([2, expect.stringContaining(told)]);
  });

  it.each([
    [['--api', 'nowhere', '--token', 'x'], 'not an http(s) URL'],
    [['--api', 'http://127.0.0.1:9'], 'Give a token'],
    [['--api', 'http://127.0.0.1:9', '--token', 'x', '--timeout', '0'], '--timeout needs a number'],
    [[], '--api or --stack'],
  ])('refuses %p', (args, told) => {
    expect(() => parseVerifyCommand(args, {})).toThrow(told);
  });
});
