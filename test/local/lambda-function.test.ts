import { until } from './aws-fixture.ts';
import { createWorld, payloadOf, type World } from './function-fixture.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(() => world.close());

describe('a function', () => {
  it('is called with the event and a context, and answers what JSON keeps', async () => {
    const started = world.start(
      `export const handler = async (event, context) => ({
        event, dropped: undefined, id: context.awsRequestId, name: context.functionName, arn: context.invokedFunctionArn,
        memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis(),
      });`,
      { MemorySize: 256, Timeout: 7 },
    );
    const payload = payloadOf(await started.invoke({ a: [1], gone: undefined }));
    expect(payload).toEqual({
      event: { a: [1] },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: started.name,
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${started.name}`,
      memory: '256',
      left: expect.any(Number),
    });
    expect(payload['left']).toBeGreaterThan(1_000);
    expect(payload['left']).toBeLessThanOrEqual(7_000);
  });

  it('answers null when it returns nothing', async () => {
    const started = world.start('export const handler = async () => {};');
    expect(await started.invoke({})).toEqual({ ok: true, payload: null });
  });

  it('fails by the name of what it throws, and goes on in the same environment', async () => {
    const started = world.start(
      `let count = 0;
       export const handler = async ({ fail }) => {
         count += 1;
         if (fail) throw Object.assign(new Error('no'), { name: 'StripeRejected' });
         return count;
       };`,
    );
    expect(await started.invoke({ fail: true })).toEqual({
      ok: false,
      errorType: 'StripeRejected',
      errorMessage: 'no',
    });
    expect(await started.invoke({})).toEqual({ ok: true, payload: 2 });
    expect(world.logs.join('\n')).toContain('StripeRejected: no');
  });

  it.each([
    ['cannot be loaded', 'throw new TypeError("at start");', 'TypeError'],
    ['has no handler', 'export const other = 1;', 'Runtime.HandlerNotFound'],
    ['ends its process', 'export const handler = () => process.exit(0);', 'Runtime.ExitError'],
    [
      'lets a rejection go unhandled',
      'export const handler = () => { Promise.reject(new Error("x")); return new Promise(() => {}); };',
      'Runtime.UnhandledPromiseRejection',
    ],
  ])('that %s fails every time, and holds nobody up', async (_, source, errorType) => {
    const started = world.start(source);
    expect(await started.invoke({})).toMatchObject({ ok: false, errorType });
    expect(await started.invoke({})).toMatchObject({ ok: false, errorType });
  });

  it('writes its lines to the log', async () => {
    const started = world.start('export const handler = async () => { console.log("one\\ntwo"); };');
    await started.invoke({});
    await until(() => world.logs.includes('two'));
    expect(world.logs).toEqual(expect.arrayContaining(['one', 'two']));
  });

  it('writes a line of JSON each time, with its level and request, where the template says so', async () => {
    const started = world.start(
      `console.info('at start');
       export const handler = async (event, { awsRequestId }) => {
         console.warn({ message: 'told', many: ['lines\\n'] });
         throw Object.assign(new Error(awsRequestId), { name: 'StripeRejected' });
       };`,
      { LoggingConfig: { LogFormat: 'JSON' } },
    );
    const { errorMessage: requestId } = (await started.invoke({})) as { readonly errorMessage: string };
    await until(() => world.logs.some((line) => line.includes('"level":"ERROR"')));
    const lines = world.logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const timestamp = expect.stringMatching(/^\d{4}-.+Z$/);
    expect(lines).toEqual([
      { timestamp, level: 'INFO', message: 'at start' },
      { timestamp, level: 'WARN', requestId, message: { message: 'told', many: ['lines\n'] } },
      {
        ...{ timestamp, level: 'ERROR', requestId },
        message: { errorType: 'StripeRejected', errorMessage: requestId, stackTrace: expect.any(Array) },
      },
    ]);
  });

  it('fails when it runs longer than its time-out, in real time, and starts afresh', async () => {
    const started = world.start(
      `let count = 0;
       export const handler = ({ hang }) => { count += 1; return hang ? new Promise(() => {}) : count; };`,
      { Timeout: 0.3 },
    );
    expect(await started.invoke({})).toEqual({ ok: true, payload: 1 });
    const hanging = started.invoke({ hang: true });
    world.clock.advance(60);
    expect(started.running()).toBe(1);
    expect(await hanging).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
    expect(await started.invoke({})).toEqual({ ok: true, payload: 1 });
    expect(started.running()).toBe(0);
  });

  it('is stopped in the middle of a busy loop', async () => {
    const started = world.start('export const handler = () => { for (;;) {} };', { Timeout: 0.2 });
    expect(await started.invoke({})).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it('refuses events and results over 6 MB', async () => {
    const started = world.start('export const handler = async ({ length }) => "x".repeat(length);');
    const large = 'x'.repeat(6 * 1024 * 1024);
    expect(await started.invoke({ large })).toMatchObject({ errorType: 'RequestEntityTooLargeException' });
    expect(await started.invoke({ length: large.length })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });
});

describe('the environments of a function', () => {
  const slow = `
    let count = 0, inside = 0;
    export const handler = async () => {
      count += 1; inside += 1;
      await new Promise((resolve) => setTimeout(resolve, 60));
      const alone = inside === 1;
      inside -= 1;
      return { alone, log: process.env.AWS_LAMBDA_LOG_STREAM_NAME };
    };`;

  const together = (started: ReturnType<World['start']>, count: number) =>
    Promise.all(Array.from({ length: count }, () => started.invoke({}))).then((results) => results.map(payloadOf));

  it('serve one invocation at a time, at most 8 of them, while the others wait in line', async () => {
    const payloads = await together(world.start(slow), 40);
    expect(payloads.every(({ alone }) => alone)).toBe(true);
    const used = new Set(payloads.map(({ log }) => log)).size;
    expect(used).toBeGreaterThan(1);
    expect(used).toBeLessThanOrEqual(8);
  });

  it('start when they are needed, and not before', async () => {
    const logging = (name: string) => `console.log(${JSON.stringify(name)}); export const handler = async () => {};`;
    const [needed, unneeded] = [world.start(logging('needed')), world.start(logging('unneeded'))];
    await needed.invoke({});
    await until(() => world.logs.includes('needed'));
    expect(world.logs).not.toContain('unneeded');
    await unneeded.close();
  });

  it('tell when they start with an invocation, which those in line have not', async () => {
    const started = world.start(slow);
    const told: number[] = [];
    const all = Promise.all(Array.from({ length: 9 }, (_, nth) => started.invoke({}, () => told.push(nth))));
    await until(() => told.length > 0);
    expect(told.length).toBeLessThan(9);
    await all;
    expect(told).toHaveLength(9);
  });

  it('end when nobody needs them for a while, all but one', async () => {
    const started = world.start(slow, {}, { idleMs: 200 });
    const quietTime = () => new Promise((resolve) => setTimeout(resolve, 800));
    const ofBurst = new Set((await together(started, 12)).map(({ log }) => log));
    expect(ofBurst.size).toBeGreaterThan(1);
    await quietTime();
    const [kept] = await together(started, 1);
    await quietTime();
    const ofNextBurst = new Set((await together(started, 12)).map(({ log }) => log));
    expect(ofNextBurst).toContain(kept?.['log']);
    expect([...ofNextBurst].filter((log) => log !== kept?.['log'] && ofBurst.has(log))).toEqual([]);
  });

  it('are as few as are reserved: a flood is turned away at once, and takes none from another function', async () => {
    const [flooded, other] = [world.start(slow, { ReservedConcurrentExecutions: 2 }), world.start(slow)];
    const flood = Array.from({ length: 200 }, () => flooded.invoke({}));
    expect(await other.invoke({})).toMatchObject({ ok: true });
    const results = await Promise.all(flood);
    const served = results.filter(({ ok }) => ok);
    expect(served).toHaveLength(2);
    const turnedAway = { ok: false, errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' };
    expect(results.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 198 }, () => turnedAway));
    // There is room again.
    expect(await flooded.invoke({})).toMatchObject({ ok: true });
    const none = world.start(slow, { ReservedConcurrentExecutions: 0 });
    expect(await none.invoke({})).toMatchObject({ errorType: 'TooManyRequestsException' });
  });

  it('share nothing with the runner or one another', async () => {
    process.env['OF_THE_RUNNER'] = '1';
    const variables = { TABLE: 'catalog', QUEUE: 'http://sqs.local/000000000000/pokes' };
    const started = world.start(
      `globalThis.seen = (globalThis.seen ?? 0) + 1;
       export const handler = async () => ({ seen, env: { ...process.env } });`,
      { Environment: { Variables: variables } },
    );
    const other = world.start('export const handler = async () => ({ seen: globalThis.seen ?? 0 });');
    const { seen, env } = payloadOf(await started.invoke({})) as { seen: number; env: Record<string, string> };
    expect(seen).toBe(1);
    expect(payloadOf(await other.invoke({}))['seen']).toBe(0);
    expect(env).not.toHaveProperty('OF_THE_RUNNER');
    expect(env).not.toHaveProperty('PATH');
    expect(env).not.toHaveProperty('NODE_COMPILE_CACHE');
    expect(env).toMatchObject({
      TABLE: 'catalog',
      QUEUE: `${env['AWS_ENDPOINT_URL']}/000000000000/pokes`,
      STRIPE_API_BASE: env['AWS_ENDPOINT_URL'],
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: started.name,
      _HANDLER: 'index.handler',
    });
  });

  it('see the time that the clock was advanced to, and everything else of Date as it is', async () => {
    const started = world.start(
      `class Later extends Date { later() { return this.getTime() + 1; } }
       export const handler = async () => ({
         now: Date.now(), made: new Date().getTime(), text: Date(), subclass: new Later().later(),
         fixed: new Date(0).toISOString(), parts: new Date(2026, 0, 2).getDate(), parsed: Date.parse('2026-01-01'),
         utc: Date.UTC(2026, 0), instances: new Date() instanceof Date && new Later() instanceof Date,
         later: new Later(5).later(), constructed: new Date().constructor === Date, name: Date.name, arity: Date.length,
       });`,
    );
    await started.invoke({});
    world.clock.advance(86_400);
    const payload = payloadOf(await started.invoke({}));
    for (const field of ['now', 'made', 'subclass']) {
      expect(Math.abs(Number(payload[field]) - world.clock.now())).toBeLessThan(5_000);
    }
    expect(Math.abs(Date.parse(String(payload['text'])) - world.clock.now())).toBeLessThan(5_000);
    expect(payload).toMatchObject({
      fixed: '1970-01-01T00:00:00.000Z',
      parts: 2,
      parsed: Date.UTC(2026, 0, 1),
      utc: Date.UTC(2026, 0, 1),
      instances: true,
      later: 6,
      constructed: true,
      name: 'Date',
      arity: 7,
    });
  });

  it('end when the function is closed, and those who wait are told', async () => {
    const started = world.start('export const handler = () => new Promise(() => {});');
    const invocations = Array.from({ length: 9 }, () => started.invoke({}));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await started.close();
    for (const result of await Promise.all(invocations))
      expect(result).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(await started.invoke({})).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});
