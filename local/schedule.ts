import { randomUUID } from 'node:crypto';
import { accountId, region } from './resource-identity.ts';
import type { InvokeResult, LocalFunction } from './runtime.ts';
import { asRecord, type Resource } from './template.ts';

/** One `AWS::Scheduler::Schedule` of the template. */
export type Schedule = {
  /** Its friendly name, as `/schedules` spells it. */
  readonly name: string;
  readonly expression: string;
  readonly functionName: string;
  /** Undefined when the runner cannot fire it by itself: it knows rates only. */
  readonly everyMs: number | undefined;
  readonly lastRunAt: () => string | undefined;
  /** Invokes the target now, whatever the expression says. */
  run(): Promise<InvokeResult>;
  /** Fires by real time from now on, until stopped. A disabled schedule never does. */
  start(): void;
  stop(): void;
};

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Makes a schedule runnable. Throws when its target is not a function of the template. */
export function createSchedule(resource: Resource, functions: readonly LocalFunction[]): Schedule {
  const { arn, properties, logicalId } = resource;
  const target = asRecord(properties['Target']);
  const functionName = String(target['Arn']).split(':')[6];
  const found = functions.find((candidate) => candidate.name === functionName);
  if (!found) throw new Error(`${logicalId}: the runner runs schedules whose target is a function of the template`);
  const expression = String(properties['ScheduleExpression']);
  const everyMs = rateMs(expression);
  const enabled = properties['State'] !== 'DISABLED';
  let timer: NodeJS.Timeout | undefined;
  let lastRunAt: string | undefined;

  function run(): Promise<InvokeResult> {
    lastRunAt = new Date().toISOString();
    return (found as LocalFunction).invoke(eventOf(target['Input'], arn, lastRunAt));
  }

  return {
    name: resource.name.split('/').at(-1) ?? resource.name,
    expression,
    functionName: found.name,
    everyMs,
    lastRunAt: () => lastRunAt,
    run,
    start() {
      if (!enabled || everyMs === undefined) return;
      timer = setInterval(() => void run(), everyMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
function rateMs(expression: string): number | undefined {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const ms = unitMs[unit];
  return ms === undefined ? undefined : Number(count) * ms;
}

/** The target's input with its context attributes filled in; without one, the event that Scheduler makes up. */
function eventOf(input: unknown, scheduleArn: string, time: string): unknown {
  const id = randomUUID();
  if (typeof input !== 'string') {
    const resources = [scheduleArn];
    const head = { version: '0', id, 'detail-type': 'Scheduled Event', source: 'aws.scheduler' };
    return { ...head, account: accountId, time, region, resources, detail: '{}' };
  }
  const filled = input
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.parse(filled);
}
