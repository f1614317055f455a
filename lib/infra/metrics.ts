import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

type Statistic = 'Sum' | 'Maximum' | 'Average';

/** A metric that the functions of a stage write into their logs (CloudWatch's embedded metric format). */
export function ownMetric(stage: string, metricName: string, statistic: Statistic, period: Duration): Metric {
  return new Metric({ namespace: 'Concord', metricName, statistic, period, dimensionsMap: { Stage: stage } });
}

/** Invocations that Lambda had no room for, or that ended without an answer: out of time or memory. Either may be missing. */
export function unanswered(functions: readonly IFunction[], period: Duration): IMetric {
  const counted = functions.flatMap((one, nth): [string, IMetric][] => [
    [`throttles${nth}`, one.metricThrottles({ period })],
    [`errors${nth}`, one.metricErrors({ period })],
  ]);
  return new MathExpression({
    expression: counted.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(counted),
    period,
    label: 'Without an answer',
  });
}

/**
 * The executions that ended without coming to their end. What did not happen is a metric that is missing: without FILL,
 * the sum would be missing with it.
 */
export function executionsLost(machine: StateMachine, period: Duration): IMetric {
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    usingMetrics: {
      failed: machine.metricFailed({ period }),
      timedOut: machine.metricTimedOut({ period }),
      aborted: machine.metricAborted({ period }),
    },
    period,
    label: 'Failed, timed out or aborted',
  });
}
