import { createHash } from 'node:crypto';
import type { Message, MessageAttribute, Queue } from './queue.ts';
import { accountId } from './resource-identity.ts';
import type { AwsReply, AwsService } from './runtime.ts';
import { asList, asRecord } from './template.ts';

/** A failure in SQS's words: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
class QueueFailure extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

type Body = Readonly<Record<string, unknown>>;
type Operation = (queue: Queue, body: Body, queues: readonly Queue[]) => unknown;

const largestMessageBytes = 1_048_576;
const longestDelaySeconds = 900;
const longestVisibilitySeconds = 43_200;
const mostEntries = 10;

const operations: Readonly<Record<string, Operation>> = {
  SendMessage: (queue, body) => send(queue, body),
  SendMessageBatch: (queue, body) => eachEntry(body, (entry) => send(queue, entry)),
  ReceiveMessage: (queue, body) => receive(queue, body),
  DeleteMessage: (queue, body) => void queue.delete(String(body['ReceiptHandle'])),
  DeleteMessageBatch: (queue, body) => eachEntry(body, (entry) => void queue.delete(String(entry['ReceiptHandle']))),
  ChangeMessageVisibility: (queue, body) => changeVisibility(queue, body),
  ChangeMessageVisibilityBatch: (queue, body) => eachEntry(body, (entry) => changeVisibility(queue, entry)),
  GetQueueUrl: (queue) => ({ QueueUrl: queue.url }),
  GetQueueAttributes: (queue) => ({ Attributes: attributesOf(queue) }),
  PurgeQueue: (queue) => queue.purge(),
  StartMessageMoveTask: move,
};

/** The operations of SQS that a function may call: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export function createQueueService(queues: readonly Queue[]): AwsService {
  return async (action, body): Promise<AwsReply> => {
    try {
      const operation = operations[action];
      if (!operation) throw new QueueFailure('InvalidAction', `The runner's SQS has no ${action}`);
      const name = String(body['QueueUrl'] ?? body['QueueName'] ?? body['SourceArn'])
        .split(/[/:]/)
        .at(-1);
      const queue = queues.find((candidate) => candidate.name === name);
      if (!queue) throw new QueueFailure('QueueDoesNotExist', 'The specified queue does not exist.');
      const reply = await operation(queue, body, queues);
      return { status: 200, body: reply ?? {} };
    } catch (error) {
      if (!(error instanceof QueueFailure)) throw error;
      return { status: 400, body: { __type: `com.amazonaws.sqs#${error.type}`, message: error.message } };
    }
  };
}

function send(queue: Queue, body: Body): object {
  const text = body['MessageBody'];
  if (typeof text !== 'string' || text === '') throw new QueueFailure('MissingParameter', 'MessageBody is required.');
  if (Buffer.byteLength(text) > largestMessageBytes) {
    throw new QueueFailure(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${largestMessageBytes} bytes.`,
    );
  }
  const attributes = asRecord(body['MessageAttributes']) as Message['attributes'];
  const delay = body['DelaySeconds'];
  const delaySeconds = delay === undefined ? {} : { delaySeconds: seconds(delay, 'DelaySeconds', longestDelaySeconds) };
  const group = body['MessageGroupId'];
  const message = queue.send(text, {
    ...delaySeconds,
    attributes,
    ...(group !== undefined && { group: String(group) }),
  });
  return { MessageId: message.id, MD5OfMessageBody: md5(text), ...attributesDigest(attributes) };
}

async function receive(queue: Queue, body: Body): Promise<object> {
  const most = Number(body['MaxNumberOfMessages'] ?? 1);
  if (!(most >= 1 && most <= mostEntries)) {
    throw new QueueFailure('InvalidParameterValue', `MaxNumberOfMessages must be between 1 and ${mostEntries}.`);
  }
  const given = body['VisibilityTimeout'];
  const hidden = given === undefined ? undefined : seconds(given, 'VisibilityTimeout', longestVisibilitySeconds);
  let messages = queue.receive(most, hidden);
  const endsAtMs = performance.now() + seconds(body['WaitTimeSeconds'] ?? 0, 'WaitTimeSeconds', 20) * 1000;
  while (messages.length === 0 && performance.now() < endsAtMs) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    messages = queue.receive(most, hidden);
  }
  return messages.length === 0 ? {} : { Messages: messages.map(toWire) };
}

function toWire(message: Message): object {
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: systemAttributes(message),
    ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: message.attributes }),
    ...attributesDigest(message.attributes),
  };
}

/** What SQS itself notes on a message, as texts. */
export function systemAttributes(message: Message): Readonly<Record<string, string>> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAtMs),
    SenderId: accountId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? message.sentAtMs),
    ...(message.group !== undefined && { MessageGroupId: message.group }),
  };
}

function changeVisibility(queue: Queue, body: Body): void {
  const timeout = seconds(body['VisibilityTimeout'], 'VisibilityTimeout', longestVisibilitySeconds);
  if (queue.changeVisibility(String(body['ReceiptHandle']), timeout)) return;
  throw new QueueFailure('MessageNotInflight', 'The message referred to is not in flight.');
}

/** At once, where SQS takes its time; without a destination it would need to know where each message came from. */
function move(queue: Queue, body: Body, queues: readonly Queue[]): object {
  const destination = queues.find(({ arn }) => arn === body['DestinationArn']);
  if (!destination) throw new QueueFailure('ResourceNotFoundException', 'The runner moves to a DestinationArn only.');
  queue.moveTo(destination);
  return { TaskHandle: Buffer.from(queue.arn).toString('base64') };
}

function attributesOf(queue: Queue): Readonly<Record<string, string>> {
  const { visible, inFlight, delayed } = queue.depth();
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
  };
}

/** Each entry succeeds or fails for itself. */
function eachEntry(body: Body, act: (entry: Body) => unknown): object {
  const entries = asList(body['Entries']).map(asRecord);
  if (entries.length === 0) throw new QueueFailure('EmptyBatchRequest', 'There is no entry in the batch request.');
  if (entries.length > mostEntries)
    throw new QueueFailure('TooManyEntriesInBatchRequest', `At most ${mostEntries} entries.`);
  if (new Set(entries.map((entry) => entry['Id'])).size < entries.length) {
    throw new QueueFailure('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry['Id'], ...asRecord(act(entry)) });
    } catch (error) {
      if (!(error instanceof QueueFailure)) throw error;
      Failed.push({ Id: entry['Id'], SenderFault: true, Code: error.type, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function seconds(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new QueueFailure('InvalidParameterValue', `Value ${String(value)} for parameter ${name} is invalid.`);
}

/** What SDKs compare with what they sent. */
export function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
function attributesDigest(attributes: Message['attributes']): { readonly MD5OfMessageAttributes?: string } {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return {};
  const withLength = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const encode = (name: string, { DataType, StringValue, BinaryValue }: MessageAttribute) => [
    withLength(Buffer.from(name)),
    withLength(Buffer.from(DataType)),
    Buffer.from([BinaryValue === undefined ? 1 : 2]),
    withLength(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64')),
  ];
  const parts = names.flatMap((name) => encode(name, attributes[name] as MessageAttribute));
  return { MD5OfMessageAttributes: md5(Buffer.concat(parts)) };
}
