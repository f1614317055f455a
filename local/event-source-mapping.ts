import type { Message, Queue } from './queue.ts';
import { md5, systemAttributes } from './queue-service.ts';
import { region } from './resource-identity.ts';
import type { Clock, InvokeResult, LocalFunction } from './runtime.ts';
import { asList, asRecord, type Resource } from './template.ts';

/** One `AWS::Lambda::EventSourceMapping` from a queue: it invokes its function with batches of the queue's messages. */
export type EventSourceMapping = {
  readonly queue: Queue;
  readonly functionName: string;
  /** Batches that the function has and has not answered. */
  running(): number;
  /** Takes no more messages. */
  stop(): void;
};

type Setup = {
  readonly clock: Clock;
  readonly queues: readonly Queue[];
  readonly functions: readonly LocalFunction[];
};

/** How many batches Lambda works at once on a queue that has just become busy, unless the mapping says less. */
const defaultConcurrency = 5;
const defaultBatchSize = 10;

/** Connects a queue to its function as the resource says. Throws when either is not in the template. */
export function startEventSourceMapping(resource: Resource, { clock, queues, functions }: Setup): EventSourceMapping {
  const { properties, logicalId } = resource;
  const queue = queues.find(({ arn }) => arn === properties['EventSourceArn']);
  const functionName = String(properties['FunctionName']).split(':').at(-1) ?? '';
  const target = functions.find(({ name }) => name === functionName);
  if (!queue || !target) throw new Error(`${logicalId}: the runner maps queues of the template to functions of it`);

  const batchSize = Number(properties['BatchSize'] ?? defaultBatchSize);
  const windowMs = Number(properties['MaximumBatchingWindowInSeconds'] ?? 0) * 1000;
  const mostBatches = Number(asRecord(properties['ScalingConfig'])['MaximumConcurrency'] ?? defaultConcurrency);
  const reportsItems = asList(properties['FunctionResponseTypes']).includes('ReportBatchItemFailures');
  let running = 0;
  let stopped = properties['Enabled'] === false;
  let windowEndsAtMs: number | undefined;

  function pump(): void {
    while (!stopped && running < mostBatches && batchIsReady()) {
      const messages = queue?.receive(batchSize) ?? [];
      windowEndsAtMs = undefined;
      if (messages.length > 0) void work(messages);
    }
  }

  /** A batch goes out when it is full, or when its first message has waited for the window. */
  function batchIsReady(): boolean {
    const visible = queue?.depth().visible ?? 0;
    if (visible === 0) return false;
    if (windowMs === 0 || visible >= batchSize) return true;
    if (windowEndsAtMs === undefined) {
      windowEndsAtMs = clock.now() + windowMs;
      clock.setTimer(pump, windowMs);
    }
    return clock.now() >= windowEndsAtMs;
  }

  async function work(messages: readonly Message[]): Promise<void> {
    running += 1;
    const result = await (target as LocalFunction).invoke({ Records: messages.map(toRecord) });
    const failed = failedIds(result, messages, reportsItems);
    for (const { id, receiptHandle } of messages) {
      // What failed stays hidden until its visibility timeout ends, and then comes again.
      if (!failed.has(id) && receiptHandle !== undefined) queue?.delete(receiptHandle);
    }
    running -= 1;
    pump();
  }

  function toRecord(message: Message): object {
    return {
      messageId: message.id,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          { stringValue: StringValue, binaryValue: BinaryValue, dataType: DataType },
        ]),
      ),
      md5OfBody: md5(message.body),
      eventSource: 'aws:sqs',
      eventSourceARN: queue?.arn,
      awsRegion: region,
    };
  }

  queue.onVisible(pump);
  pump();
  return {
    queue,
    functionName,
    running: () => running,
    stop() {
      stopped = true;
    },
  };
}

/**
 * The messages that come again. A reply that names none is success; one that cannot be read fails the whole batch:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failedIds(result: InvokeResult, messages: readonly Message[], reportsItems: boolean): ReadonlySet<string> {
  const all = new Set(messages.map(({ id }) => id));
  if (!result.ok) return all;
  const failures = asRecord(result.payload)['batchItemFailures'];
  if (!reportsItems || failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return all;
  const named = failures.map((failure) => asRecord(failure)['itemIdentifier']);
  if (!named.every((id) => typeof id === 'string' && all.has(id))) return all;
  return new Set(named as string[]);
}
