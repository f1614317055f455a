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
  const metric = {
    Namespace: 'Concord',
    Dimensions: [['Stage'], ...(dimensions.length > 0 ? [['Stage', ...dimensions]] : [])],
    Metrics: [{ Name: name, Unit: 'Count' }],
  };
  const line = {
    _aws: { Timestamp: systemClock.nowMs(), CloudWatchMetrics: [metric] },
    ...{ Stage: requireEnv('STAGE'), ...by, ...also, [name]: 1 },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
