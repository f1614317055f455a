import { createHash, createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { systemDigest } from '#adapters/system/system.ts';
import { digestOf } from '#ports/pokes.ts';
import { snapshot } from '../adapters/stripe-webhook/events.ts';

type Line = Readonly<Record<string, unknown>>;
type Handler = (request: LambdaFunctionURLEvent) => Promise<{ readonly statusCode?: number }>;

const SECRET = 'whsec_second';
const PERSONAL = ['Jane', 'jane@example.com', 'Was Jane'];

/** Secrets Manager and SQS, as far as one function needs them. What was queued is kept. */
async function startAws(queued: string[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const isSecret = String(request.headers['x-amz-target']).startsWith('secretsmanager');
    if (!isSecret) queued.push(body.MessageBody);
    const md5 = createHash('md5').update(String(body.MessageBody)).digest('hex');
    const reply = isSecret ? { SecretString: `whsec_first ${SECRET}` } : { MessageId: '1', MD5OfMessageBody: md5 };
    response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('what the webhook function tells', () => {
  const queued: string[] = [];
  let aws: Server;
  let handler: Handler;
  const environmentBefore = { ...process.env };

  beforeAll(async () => {
    aws = await startAws(queued);
    const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ AWS_ENDPOINT_URL: url, POKES_QUEUE_URL: `${url}/000000000000/pokes`, WEBHOOK_SECRETS_ARN: 'arn' },
      ...{ STAGE: 'test', STRIPE_MODE: 'test' },
    });
    ({ handler } = (await import('#lambdas/webhook.ts')) as { handler: Handler });
  });
  afterAll(() => {
    process.env = environmentBefore;
    aws.closeAllConnections();
    aws.close();
  });

  /** Calls the function, and gives its status with what it wrote to its log meanwhile. */
  async function post(event: unknown, secret = SECRET) {
    const body = JSON.stringify(event);
    const seconds = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    const written: string[] = [];
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
    const { statusCode } = await handler({
      requestContext: { requestId: 'req', http: { method: 'POST' } },
      headers: { 'stripe-signature': `t=${seconds},v1=${signature}` },
      ...{ body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
    } as unknown as LambdaFunctionURLEvent).finally(() => spy.mockRestore());
    expect(written.join()).not.toContain(signature);
    for (const personal of PERSONAL) expect(written.join()).not.toContain(personal);
    return { statusCode, lines: written.map((line) => JSON.parse(line) as Line) };
  }

  const update = (fields: Readonly<Record<string, unknown>> = {}) =>
    snapshot('customer.updated', {
      data: {
        object: { id: 'cus_1', name: PERSONAL[0], email: PERSONAL[1] },
        previous_attributes: { name: PERSONAL[2] },
      },
      ...fields,
    });

  it('queues where to look, and digests in place of values', async () => {
    expect((await post(update())).statusCode).toBe(200);
    expect(queued.map((message) => JSON.parse(message))).toEqual([
      {
        externalId: 'cus_1',
        event: {
          ...{ id: 'evt_1', kind: 'updated', createdAt: '2026-11-18T11:06:40.000Z', key: 'op-1:1' },
          previous: { name: digestOf(systemDigest, 'evt_1', 'Was Jane') },
        },
        receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
  });

  it('counts what it received, by the secret that matched', async () => {
    const { lines } = await post(update());
    expect(lines).toEqual([
      expect.objectContaining({
        ...{ Stage: 'test', SecretIndex: '1', WebhookReceived: 1, eventId: 'evt_1' },
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Concord',
              Dimensions: [['Stage'], ['Stage', 'SecretIndex']],
              Metrics: [{ Name: 'WebhookReceived', Unit: 'Count' }],
            },
          ],
        },
      }),
    ]);
  });

  it('takes what either secret has signed while one is rolled, and tells when the old one is out of use', async () => {
    const matched = async (secret: string) => {
      const { statusCode, lines } = await post(update(), secret);
      return [statusCode, lines.map((line) => line['SecretIndex'])];
    };
    expect([await matched('whsec_first'), await matched(SECRET)]).toEqual([
      [200, ['0']],
      [200, ['1']],
    ]);
  });

  it('counts what it ignored, with its type', async () => {
    const { lines } = await post(snapshot('invoice.paid'));
    expect(lines).toEqual([
      expect.objectContaining({ WebhookIgnored: 1, type: 'invoice.paid' }),
      expect.objectContaining({ WebhookReceived: 1 }),
    ]);
  });

  it('tells once of an API version that is not ours', async () => {
    const toldOf = async () =>
      (await post(update({ api_version: '2020-08-27' }))).lines.filter((line) => 'WebhookOtherApiVersion' in line);
    expect(await toldOf()).toEqual([expect.objectContaining({ apiVersion: '2020-08-27' })]);
    expect(await toldOf()).toEqual([]);
  });

  it.each([
    ['signature', update(), 'whsec_other'],
    ['mode', update({ livemode: true }), SECRET],
    ['account', update({ account: 'acct_1' }), SECRET],
    ['not-an-event', { name: 'Jane' }, SECRET],
  ])('counts a refusal by its reason, %s', async (Reason, event, secret) => {
    const { statusCode, lines } = await post(event, secret);
    expect([statusCode, lines]).toEqual([400, [expect.objectContaining({ WebhookRefused: 1, Reason })]]);
  });
});
