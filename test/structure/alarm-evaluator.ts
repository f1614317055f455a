type MetricQuery = {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: { readonly MetricName: string } };
  readonly ReturnData?: boolean;
};

/** An alarm as it stands in a template. */
export type Alarm = {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly MetricName?: string;
  readonly Metrics?: readonly MetricQuery[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
};

/** By the name of the metric: its value in each of the latest periods, as the statistic gives it; `undefined` is missing. */
export type Series = Readonly<Record<string, readonly (number | undefined)[]>>;

/**
 * Whether an alarm is in alarm after these periods: all of them breach, and a missing one does if it is told to. The part
 * of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html that our alarms use; anything
 * else throws.
 */
export function isAlarming(alarm: Alarm, series: Series): boolean {
  if (alarm.ComparisonOperator !== 'GreaterThanOrEqualToThreshold') throw new Error(alarm.ComparisonOperator);
  const periods = Array.from({ length: alarm.EvaluationPeriods }, (_, period) => period);
  return periods.every((period) => {
    const value = valueAt(alarm, series, period);
    return value === undefined ? alarm.TreatMissingData === 'breaching' : value >= alarm.Threshold;
  });
}

function valueAt({ MetricName, Metrics = [] }: Alarm, series: Series, period: number): number | undefined {
  if (MetricName !== undefined) return series[MetricName]?.[period];
  const values = new Map(
    Metrics.flatMap(({ Id, MetricStat }) =>
      MetricStat === undefined ? [] : [[Id, series[MetricStat.Metric.MetricName]?.[period]] as const],
    ),
  );
  const told = Metrics.find(({ ReturnData = true }) => ReturnData);
  if (told?.Expression === undefined) throw new Error('The alarm has no expression.');
  return sumOf(told.Expression, values);
}

/** A sum of metrics, each as it is or filled. One that is missing makes the sum missing. */
function sumOf(expression: string, values: ReadonlyMap<string, number | undefined>): number | undefined {
  let sum: number | undefined = 0;
  for (const term of expression.split(' + ')) {
    const [, filled, fill, plain] = /^(?:FILL\((\w+), (\d+)\)|(\w+))$/.exec(term) ?? [];
    const id = filled ?? plain;
    if (id === undefined || !values.has(id)) throw new Error(`The term ${term} is not understood.`);
    const value = values.get(id) ?? (fill === undefined ? undefined : Number(fill));
    sum = sum === undefined || value === undefined ? undefined : sum + value;
  }
  return sum;
}
