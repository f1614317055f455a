import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { createClock } from '../../local/clock.ts';
import { type EventSourceMapping, startEventSourceMapping } from '../../local/event-source-mapping.ts';
import type { Gateway } from '../../local/gateway.ts';
import { openCollections } from '../../local/persistent-collection.ts';
import { createQueue, type Queue } from '../../local/queue.ts';
import { createQueueService } from '../../local/queue-service.ts';
import {
  clientConfig,
  failed,
  resourcesOf,
  type ScriptedFunction,
  scriptedFunction,
  startEndpoint,
  succeeded,
  until,
} from './aws-fixture.ts';

const Resources = {
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Work: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'work',
      VisibilityTimeout: 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
    },
  },
};

let clock = createClock();
let queues: Queue[] = [];
let gateway: Gateway;
let client: SQSClient;
let QueueUrl = '';

function createQueues(open = openCollections().open): Queue[] {
  const made: Queue[] = resourcesOf(Resources).map((resource) =>
    createQueue(resource, { clock, open, findQueue: (arn) => made.find((queue) => queue.arn === arn) }),
  );
  return made;
}

const named = (name: string) => queues.find((queue) => queue.name === name) as Queue;
const receive = async (options = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...options }))).Messages ?? [];
const send = (MessageBody: string, options = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...options }));

beforeEach(async () => {
  clock = createClock();
  queues = createQueues();
  gateway = await startEndpoint(clock, { sqs: createQueueService(queues) });
  QueueUrl = `${gateway.origin}/000000000000/work`;
  client = new SQSClient(clientConfig(gateway));
});

afterEach(() => {
  client.destroy();
  gateway.close();
});

describe('a queue, as the SDK sees it', () => {
  it('hides a received message until its visibility timeout ends, and counts its receives', async () => {
    await send('hello', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } } });
    const [first] = await receive({ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] });
    expect(first).toMatchObject({ Body: 'hello', MessageAttributes: { kind: { StringValue: 'greeting' } } });
    expect(first?.Attributes?.['ApproximateReceiveCount']).toBe('1');
    expect(await receive()).toEqual([]);
    clock.advance(60);
    const [second] = await receive({ MessageSystemAttributeNames: ['All'] });
    expect(second?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  it('deletes by the latest receipt only', async () => {
    await send('hello');
    const [first] = await receive();
    clock.advance(60);
    const [second] = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(named('work').depth().inFlight).toBe(1);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(named('work').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it.each([
    { groups: ['noisy', 'quiet'], next: 'quiet' },
    { groups: [undefined, undefined], next: 'noisy' },
  ])('gives the turn to whose group has fewer in flight, if groups are told: $groups', async ({ groups, next }) => {
    const [noisy, quiet] = groups;
    for (let nth = 0; nth < 3; nth += 1) await send('noisy', { MessageGroupId: noisy });
    await send('quiet', { MessageGroupId: quiet });
    const one = { MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'] };
    expect((await receive(one))[0]).toMatchObject({
      Body: 'noisy',
      Attributes: noisy ? { MessageGroupId: noisy } : {},
    });
    expect(await receive(one)).toMatchObject([{ Body: next }]);
  });

  it('delays a message by the clock', async () => {
    await send('later', { DelaySeconds: 900 });
    expect(await receive()).toEqual([]);
    expect(named('work').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    clock.advance(900);
    expect(await receive()).toMatchObject([{ Body: 'later' }]);
  });

  it('shows a message again at once when its visibility is given up', async () => {
    await send('hello');
    const [first] = await receive();
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive()).toMatchObject([{ Body: 'hello' }]);
  });

  it('moves what was received too often to the dead-letter queue, and back on redrive', async () => {
    await send('poison');
    for (const _ of [1, 2]) {
      expect(await receive()).toHaveLength(1);
      clock.advance(60);
    }
    expect(await receive()).toEqual([]);
    expect(named('dead').depth().visible).toBe(1);
    expect(named('dead').moveTo(named('work'))).toBe(1);
    expect(await receive()).toMatchObject([{ Body: 'poison' }]);
  });

  it('moves dead letters to a queue that is named, as a task', async () => {
    await client.send(new SendMessageCommand({ QueueUrl: named('dead').url, MessageBody: 'given up' }));
    const move = (DestinationArn?: string) =>
      client.send(new StartMessageMoveTaskCommand({ SourceArn: named('dead').arn, DestinationArn }));
    expect((await move(named('work').arn)).TaskHandle).toEqual(expect.any(String));
    expect((await receive()).map(({ Body }) => Body)).toEqual(['given up']);
    await expect(move()).rejects.toThrow('DestinationArn');
  });

  it('takes batches, each entry for itself', async () => {
    const Entries = [
      { Id: 'a', MessageBody: 'first' },
      { Id: 'b', MessageBody: 'second', DelaySeconds: 901 },
    ];
    const reply = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(reply.Successful).toMatchObject([{ Id: 'a' }]);
    expect(reply.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameterValue' }]);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1');
  });

  it('says that a queue does not exist', async () => {
    const elsewhere = new SendMessageCommand({ QueueUrl: `${gateway.origin}/000000000000/nobody`, MessageBody: 'x' });
    await expect(client.send(elsewhere)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('keeps its messages in the collections that it is given', async () => {
    const { open } = openCollections();
    const [, before] = createQueues(open);
    before?.send('kept', { delaySeconds: 30 });
    const [, after] = createQueues(open);
    expect(after?.depth().delayed).toBe(1);
  });
});

describe('an event source mapping', () => {
  let mapping: EventSourceMapping;
  const attempts = () =>
    (consumer.events as { Records: { body: string }[] }[]).map(({ Records }) => Records.map(({ body }) => body));
  let consumer: ScriptedFunction;

  function connect(answer: Parameters<typeof scriptedFunction>[1], properties = {}): void {
    consumer = scriptedFunction('consumer', answer);
    const [resource] = resourcesOf({
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: named('work').arn,
          FunctionName: 'consumer',
          BatchSize: 2,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ...properties,
        },
      },
    });
    if (!resource) throw new Error('The template has the mapping');
    mapping = startEventSourceMapping(resource, { clock, queues, functions: [consumer] });
  }

  afterEach(() => mapping.stop());

  it('hands over batches, and deletes what the function has done', async () => {
    connect(() => succeeded({ batchItemFailures: [] }), { ScalingConfig: { MaximumConcurrency: 2 } });
    for (const body of ['a', 'b', 'c']) await send(body);
    await until(() => attempts().flat().length === 3 && mapping.running() === 0);
    expect(attempts().flat().sort()).toEqual(['a', 'b', 'c']);
    expect(named('work').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('brings back only the messages that failed, after the visibility timeout', async () => {
    connect((event) => {
      const { Records } = event as { Records: { messageId: string; body: string }[] };
      const bad = Records.filter(({ body }) => body === 'bad');
      return succeeded({ batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) });
    });
    named('work').send('bad');
    named('work').send('good');
    await until(() => attempts().length === 1 && mapping.running() === 0);
    expect(named('work').depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    clock.advance(60);
    await until(() => attempts().length === 2 && mapping.running() === 0);
    expect(attempts()).toEqual([['bad', 'good'], ['bad']]);
    clock.advance(60);
    await until(() => named('dead').depth().visible === 1);
  });

  it('brings back the whole batch when the function fails', async () => {
    connect((_, nth) => (nth === 1 ? failed('Error') : succeeded(null)));
    named('work').send('a');
    named('work').send('b');
    await until(() => attempts().length === 1 && mapping.running() === 0);
    clock.advance(60);
    await until(() => attempts().length === 2);
    expect(attempts()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('works no more batches at once than its scaling allows', async () => {
    const releases: (() => void)[] = [];
    connect(() => new Promise((resolve) => releases.push(() => resolve(succeeded(null)))), {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    for (const body of ['a', 'b', 'c']) named('work').send(body);
    await until(() => attempts().length === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(attempts()).toHaveLength(2);
    releases[0]?.();
    await until(() => attempts().length === 3);
    for (const release of releases) release();
  });

  it('waits for more messages as long as its batching window says, by the clock', async () => {
    connect(() => succeeded(null), { BatchSize: 10, MaximumBatchingWindowInSeconds: 300 });
    named('work').send('a');
    named('work').send('b');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(attempts()).toEqual([]);
    clock.advance(300);
    await until(() => attempts().length === 1);
    expect(attempts()).toEqual([['a', 'b']]);
  });
});
