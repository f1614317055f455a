import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { enterStack } from '../service/script-environment.ts';
import { dashboard } from '../stack/dashboard.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { bothSides, createTwins } from './told.ts';

const POISON = ['not JSON', '{}', '{"externalId":"cus_1","event":{"id":7}}'];
/** Longer than a message stays invisible after a try. */
const NEXT_TRY_SECONDS = 6 * 60 + 1;

describe('messages that can never be handled', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    const { PokesQueueUrl } = await enterStack(stack);
    const sqs = new SQSClient({});
    for (const MessageBody of POISON) await sqs.send(new SendMessageCommand({ QueueUrl: PokesQueueUrl, MessageBody }));
    sqs.destroy();
  });
  afterAll(() => stack.stop());

  async function visible(queue: string): Promise<number | undefined> {
    const { queues } = (await stack.control$('GET', '/queues')) as unknown as {
      queues: { name: string; visible: number }[];
    };
    return queues.find(({ name }) => name === queue)?.visible;
  }

  it('keep nobody else waiting', async () => {
    const twins = await createTwins(stack, 'healthy@example.com');
    await dashboard(stack).customers.update(twins.externalId, { name: 'Healthy' });
    await stack.settle();
    expect((await bothSides(stack, twins)).here.name).toBe('Healthy');
  });

  it('end in the dead-letter queue after five tries, and come back when it is redriven', async () => {
    for (let tries = 1; tries <= 5; tries += 1) {
      expect(await visible('concord-local-pokes-dead')).toBe(0);
      await stack.settle();
      await stack.control$('POST', '/clock', { advance_seconds: NEXT_TRY_SECONDS });
    }
    await stack.settle();
    expect(await visible('concord-local-pokes-dead')).toBe(POISON.length);

    const { redriven } = await stack.control$('POST', '/queues/concord-local-pokes/redrive');
    expect([redriven, await visible('concord-local-pokes-dead')]).toEqual([POISON.length, 0]);
  });
});
