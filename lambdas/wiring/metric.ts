/** Counts in CloudWatch's embedded metric format: a line of the log becomes a metric, and no call is made. */
import { requireEnv, systemClock } from '#adapters/system/system.ts';

type Details = {
  /** What it is also counted by, besides the stage. Few values each: every combination is a metric that is paid for. */
  readonly by?: Readonly<Record<string, string>>;
  /** What stands beside it in the log only. Never personal. */
  readonly also?: Readonly<Record<string, unknown>>;
};

/** Counts one, in the namespace Concord: for the whole stage, and by the dimensions given. */
export function count(name: string, { by = {}, also = {} }: Details = {}): void {
  const dimensions = Object.keys(by);
  write(name, 1, 'Count', [['Stage'], ...(dimensions.length > 0 ? [['Stage', ...dimensions]] : [])], {
    ...by,
    ...also,
  });
}

/** Tells how much of something there is now, for the whole stage. */
export function gauge(name: string, value: number, unit: 'Count' | 'Seconds'): void {
  write(name, value, unit, [['Stage']], {});
}

function write(name: string, value: number, unit: string, dimensions: string[][], details: Record<string, unknown>) {
  const metric = { Namespace: 'Concord', Dimensions: dimensions, Metrics: [{ Name: name, Unit: unit }] };
  const line = {
    _aws: { Timestamp: systemClock.nowMs(), CloudWatchMetrics: [metric] },
    ...{ Stage: requireEnv('STAGE'), ...details, [name]: value },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
