import { randomUUID } from 'node:crypto';
import type { Collection, OpenCollection } from './persistent-collection.ts';
import type { Clock } from './runtime.ts';
import { asRecord, type Resource } from './template.ts';

/** As in SQS's JSON: `DataType` with `StringValue` or base64 `BinaryValue`. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
};

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Whose it is; without it, nobody else's. */
  readonly group?: string;
  readonly sentAtMs: number;
  /** Hidden until then: delayed, or received by somebody. */
  readonly visibleAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs?: number;
  /** What the latest receiver deletes or extends it with. */
  readonly receiptHandle?: string;
};

export type Depth = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

/** One standard `AWS::SQS::Queue` of the template. It keeps messages until they are deleted: retention is not modelled. */
export type Queue = {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  readonly deadLetterArn: string | undefined;
  send(body: string, options?: { delaySeconds?: number; attributes?: Message['attributes']; group?: string }): Message;
  /**
   * At most `most` visible messages, hidden from others from now on, those of groups with the fewest in flight first. What
   * was received too often goes to the dead-letter queue.
   */
  receive(most: number, visibilityTimeoutSeconds?: number): readonly Message[];
  /** Deletes what was received with this handle. A handle that a later receive replaced deletes nothing. */
  delete(receiptHandle: string): void;
  /** False when the message of this handle is gone or was received again. */
  changeVisibility(receiptHandle: string, seconds: number): boolean;
  depth(): Depth;
  purge(): void;
  /** Takes a message over from another queue, as the dead-letter queue does, and redrive back. */
  adopt(message: Message): void;
  /** All messages move to `target` with their receive count begun anew. Returns how many. */
  moveTo(target: Queue): number;
  /** Called whenever a message may have become visible. */
  onVisible(listener: () => void): void;
};

type Setup = {
  readonly clock: Clock;
  readonly open: OpenCollection;
  /** Finds the dead-letter queue, once all queues are there. */
  readonly findQueue: (arn: string) => Queue | undefined;
};

const defaultVisibilityTimeoutSeconds = 30;

/** Makes a queue of the template runnable. All of its delays follow the clock. */
export function createQueue(resource: Resource, { clock, open, findQueue }: Setup): Queue {
  const { name, arn, properties } = resource;
  if (properties['FifoQueue'] === true) throw new Error(`${name}: the runner runs standard queues only`);
  const messages: Collection<Message> = open<Message>(`queue ${name}`);
  const policy = redrivePolicy(properties['RedrivePolicy']);
  const visibilityTimeoutSeconds = Number(properties['VisibilityTimeout'] ?? defaultVisibilityTimeoutSeconds);
  const queueDelaySeconds = Number(properties['DelaySeconds'] ?? 0);
  const listeners: (() => void)[] = [];
  let wakesAtMs = Number.POSITIVE_INFINITY;
  let cancelWake = () => {};

  function hideFor(message: Message, seconds: number): Message {
    const hidden = { ...message, visibleAtMs: clock.now() + seconds * 1000 };
    messages.set(message.id, hidden);
    wakeAt(hidden.visibleAtMs);
    return hidden;
  }

  /** One timer a queue, for the message that becomes visible next. */
  function wakeAt(atMs: number): void {
    if (atMs >= wakesAtMs) return;
    cancelWake();
    wakesAtMs = atMs;
    cancelWake = clock.setTimer(wake, Math.max(0, atMs - clock.now()));
  }

  function wake(): void {
    wakesAtMs = Number.POSITIVE_INFINITY;
    for (const listener of listeners) listener();
    const now = clock.now();
    for (const { visibleAtMs } of messages.values()) if (visibleAtMs > now) wakeAt(visibleAtMs);
  }

  /** A handle carries the message's id, so that finding its message needs no search. */
  function held(receiptHandle: string): Message | undefined {
    const message = messages.get(receiptHandle.split('/')[0] ?? '');
    return message?.receiptHandle === receiptHandle ? message : undefined;
  }

  function moveToDeadLetters(message: Message, deadLetters: Queue): void {
    open.atomically(() => {
      messages.delete(message.id);
      deadLetters.adopt(message);
    });
  }

  // What was in flight when an earlier run ended becomes visible in its time.
  for (const { visibleAtMs } of messages.values()) wakeAt(visibleAtMs);

  return {
    name,
    arn,
    url: resource.ref,
    visibilityTimeoutSeconds,
    deadLetterArn: policy?.deadLetterArn,
    send(body, { delaySeconds = queueDelaySeconds, attributes = {}, group } = {}) {
      const sentAtMs = clock.now();
      const message = { id: randomUUID(), body, attributes, sentAtMs, visibleAtMs: sentAtMs, receiveCount: 0 };
      return hideFor({ ...message, ...(group !== undefined && { group }) }, delaySeconds);
    },
    receive(most, seconds = visibilityTimeoutSeconds) {
      const now = clock.now();
      const deadLetters = policy && findQueue(policy.deadLetterArn);
      const received: Message[] = [];
      for (const message of inFairOrder(messages.values(), now)) {
        if (received.length >= most) break;
        if (message.visibleAtMs > now) continue;
        if (policy && deadLetters && message.receiveCount >= policy.maxReceiveCount) {
          moveToDeadLetters(message, deadLetters);
          continue;
        }
        const receiveCount = message.receiveCount + 1;
        const receiptHandle = `${message.id}/${receiveCount}/${randomUUID()}`;
        const firstReceivedAtMs = message.firstReceivedAtMs ?? now;
        received.push(hideFor({ ...message, receiveCount, receiptHandle, firstReceivedAtMs }, seconds));
      }
      return received;
    },
    delete(receiptHandle) {
      const message = held(receiptHandle);
      if (message) messages.delete(message.id);
    },
    changeVisibility(receiptHandle, seconds) {
      const message = held(receiptHandle);
      if (message) hideFor(message, seconds);
      return message !== undefined;
    },
    depth() {
      const now = clock.now();
      const all = messages.values();
      const hidden = all.filter((message) => message.visibleAtMs > now);
      const inFlight = hidden.filter((message) => message.receiveCount > 0).length;
      return { visible: all.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
    },
    purge: () => messages.clear(),
    adopt: ({ receiptHandle: _, ...message }) => void hideFor(message, 0),
    moveTo(target) {
      const all = messages.values();
      open.atomically(() => {
        for (const message of all) {
          messages.delete(message.id);
          target.adopt({ ...message, receiveCount: 0 });
        }
      });
      return all.length;
    },
    onVisible: (listener) => void listeners.push(listener),
  };
}

/** As SQS's fair queues have it, though these begin later: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html */
function inFairOrder(messages: readonly Message[], now: number): readonly Message[] {
  const inFlight = new Map<string, number>();
  for (const { group, receiveCount, visibleAtMs } of messages) {
    if (group === undefined || receiveCount === 0 || visibleAtMs <= now) continue;
    inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
  }
  if (inFlight.size === 0) return messages;
  const ofGroup = ({ group }: Message) => (group === undefined ? 0 : (inFlight.get(group) ?? 0));
  return messages.toSorted((one, other) => ofGroup(one) - ofGroup(other));
}

function redrivePolicy(
  value: unknown,
): { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined {
  if (value === undefined) return undefined;
  const policy = asRecord(value);
  return { deadLetterArn: String(policy['deadLetterTargetArn']), maxReceiveCount: Number(policy['maxReceiveCount']) };
}
