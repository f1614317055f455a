import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './aws-fixture.ts';
import { findFreePorts, isListening, type ReadyRunner, spawnRunner, startReadyRunner } from './runner-process.ts';

const data = mkdtempSync(join(tmpdir(), 'concord-data-'));
let port: number;
let runner: ReadyRunner;

const call = async (path: string, method = 'GET', body?: unknown) => {
  const reply = await fetch(`${runner.ready.control}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
};
const health = () => fetch(`${runner.ready.api}/health`);
const nobodyListens = async () => {
  const listening = await Promise.all([0, 1, 2, 3, 4].map((offset) => isListening(port + offset)));
  return !listening.some(Boolean);
};

beforeAll(async () => {
  port = await findFreePorts();
  runner = await startReadyRunner(['--port', String(port), '--data', data]);
});

afterAll(() => {
  runner?.child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

describe('npm start -- --json', () => {
  it('says on one line of stdout where everything is', () => {
    expect(runner.output.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(runner.ready).toMatchObject({
      ready: true,
      api: `http://127.0.0.1:${port}`,
      webhook: `http://127.0.0.1:${port + 1}`,
      stripe: `http://127.0.0.1:${port + 2}`,
      dynamodb: `http://127.0.0.1:${port + 3}`,
      control: `http://127.0.0.1:${port + 4}`,
      tokens: { read: expect.any(String), write: expect.any(String), admin: expect.any(String) },
      webhook_secret: expect.stringMatching(/^whsec_/),
    });
  });

  it('serves the API, and lets nobody in without a token', async () => {
    expect((await health()).status).toBe(200);
    expect((await fetch(`${runner.ready.api}/customers`)).status).toBe(401);
  });

  it('is idle when nobody asks anything of it', async () => {
    expect(await call('/idle')).toMatchObject({ status: 200, body: { idle: true, running: 0 } });
  });

  it('refuses what the control server cannot understand, with a sentence', async () => {
    const refusals = await Promise.all([
      call('/clock', 'POST', { advance_seconds: -1 }),
      call('/tokens', 'POST', { scopes: 7 }),
      call('/faults', 'POST', { service: 'dynamodb' }),
      call('/schedules/nobody/run', 'POST'),
      call('/queues/nobody/redrive', 'POST'),
      call('/nowhere'),
      call('/queues', 'DELETE'),
    ]);
    expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 404, 404, 404, 405]);
    for (const { body } of refusals) expect(body['error']).toEqual(expect.stringMatching(/\w+ \w+.*\.$/));
  });

  it('refuses a port that is taken, and leaves nothing behind', async () => {
    const second = spawnRunner(['--json', '--port', String(port)]);
    expect(await second.exited).toBe(1);
    expect(second.output.stdout).toBe('');
    expect(second.output.stderr.trim()).toBe(
      `Port ${port} is already in use. Stop what uses it, or choose another with --port.`,
    );
    expect((await health()).status).toBe(200);
  });

  it('keeps its clock, secret and tokens over a kill, which leaves no database running', async () => {
    const { token, webhook_secret } = runner.ready;
    await call('/clock', 'POST', { advance_seconds: 86_400 });
    runner.child.kill('SIGKILL');
    await runner.exited;
    await until(nobodyListens);
    runner = await startReadyRunner(['--port', String(port), '--data', data]);
    expect(runner.ready.webhook_secret).toBe(webhook_secret);
    const { body } = await call('/clock', 'POST', { advance_seconds: 0 });
    expect(Date.parse(String(body['now'])) - Date.now()).toBeGreaterThan(86_390_000);
    const reply = await fetch(`${runner.ready.api}/customers`, { headers: { authorization: `Bearer ${token}` } });
    expect(reply.status).not.toBe(401);
  });

  it('ends on SIGTERM at once and well, with nothing left listening', async () => {
    const askedAtMs = Date.now();
    runner.child.kill('SIGTERM');
    expect(await runner.exited).toBe(0);
    // Far less than anything that it could wait for, and far more than a busy machine takes.
    expect(Date.now() - askedAtMs).toBeLessThan(15_000);
    expect(await nobodyListens()).toBe(true);
  });
});

describe('npm start', () => {
  it('explains its options', async () => {
    const help = spawnRunner(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output.stdout).toContain('--port');
  });

  it('refuses an option that it does not have', async () => {
    const wrong = spawnRunner(['--prot', '1']);
    expect(await wrong.exited).toBe(2);
    expect(wrong.output.stderr).toContain('--prot');
  });

  it('refuses a live key of Stripe', async () => {
    const live = spawnRunner([], { STRIPE_SECRET_KEY: 'sk_live_a' });
    expect(await live.exited).toBe(1);
    expect(live.output.stderr).toContain('test mode');
  });
});
