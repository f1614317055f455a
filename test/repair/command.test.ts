import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { parseRepairCommand } from '../../bin/repair/options.ts';

const issue = (n: number) => ({
  ...{ kind: 'name-drift', severity: 'warning', customer_id: `customer-${n}`, external_id: `cus_${n}` },
  ...{ detail: `differs ${n}`, repair: { action: 'sync', safe: true } },
});
const FIXED = { dry_run: false, fixed: [issue(1)], skipped: [], failed: [] };

describe('npm run repair', () => {
  const asked: string[] = [];
  let answers: (path: string) => { readonly status: number; readonly body: object };
  const server = createServer(async (request, response) => {
    const body = request.method === 'POST' ? JSON.stringify(await json(request)) : '';
    asked.push(`${request.method} ${request.url} ${body}`.trim());
    const { status, body: answer } = answers(request.url ?? '');
    const location = '/customers/data-consistency/runs/r1';
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0', location });
    response.end(JSON.stringify(answer));
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked.length = 0;
  });

  async function repair(args: readonly string[] = []) {
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, ['bin/repair.ts', '--api', api, '--token', 'secret', ...args]);
    const [said, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { said, errors, code };
  }

  it('shows the plan and changes nothing, unless it is told to', async () => {
    answers = () => ({ status: 200, body: { ...FIXED, dry_run: true } });
    const { said, code } = await repair();
    expect(asked).toEqual(['POST /customers/data-consistency/fix {"dry_run":true}']);
    expect(said).toMatch(/^Would be repaired: 1\n\nSEVERITY .*\nwarning .* differs 1\n\nNothing was changed\./);
    expect(code).toBe(1);
  });

  it('repairs what it is told to, follows a large run, and tells of all its pages', async () => {
    answers = (path) => {
      if (path.endsWith('/fix')) return { status: 202, body: { run_id: 'r1', status: 'running' } };
      const page = { ...FIXED, status: 'done', progress: 1, next_cursor: 'two' };
      if (!path.includes('cursor')) return { status: 200, body: page };
      const left = { ...issue(3), reason: 'is busy' };
      return { status: 200, body: { ...page, fixed: [issue(2)], skipped: [left], next_cursor: null } };
    };
    const { said, code } = await repair(['--apply', '--kind', 'name-drift', '--customer', 'a', '--customer', 'b']);
    expect(asked[0]).toBe(
      'POST /customers/data-consistency/fix {"dry_run":false,"kinds":["name-drift"],"customer_ids":["a","b"]}',
    );
    expect(said).toMatch(/^Repaired: 2\n/);
    expect(said).toMatch(/\n\nLeft as it is: 1\n[\s\S]*differs 3 \(is busy\)\n$/);
    expect(code).toBe(1);
    answers = () => ({ status: 200, body: FIXED });
    expect(await repair(['--apply', '--json'])).toEqual({ code: 0, said: `${JSON.stringify(FIXED)}\n`, errors: '' });
  });

  it('says with exit code 2 that there is no report', async () => {
    answers = () => ({ status: 409, body: { detail: 'Another repair is under way.' } });
    const { said, errors, code } = await repair(['--apply']);
    expect([code, said]).toEqual([2, '']);
    expect(errors).toContain('Another repair is under way.');
    expect(errors).not.toContain('secret');
  });

  it('takes an API or a stack, and nothing that it does not know', () => {
    const asked = parseRepairCommand(['--stack', 'http://127.0.0.1:4004'], {});
    expect(asked).toMatchObject({ isApplied: false, kinds: undefined, customerIds: undefined, json: false });
    expect(() => parseRepairCommand(['--apply'], {})).toThrow('either --api or --stack');
    expect(() => parseRepairCommand(['--force'], {})).toThrow('There is no option --force');
  });
});
