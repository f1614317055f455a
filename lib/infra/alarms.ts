import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export type AlarmsProps = {
  readonly stage: string;
  readonly saga: StateMachine;
  readonly deadLetters: IQueue;
  readonly webhook: IFunction;
};

/** Alarms that mean "act". What each one asks for is in its description. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { stage, saga, deadLetters, webhook }: AlarmsProps) {
    super(scope, id);
    const period = Duration.minutes(5);
    const alarm = (name: string, metric: IMetric, alarmDescription: string) =>
      new Alarm(this, name, {
        ...{ metric, alarmDescription, threshold: 1, evaluationPeriods: 1 },
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    alarm(
      'NeedsAttention',
      new Metric({
        ...{ namespace: 'Concord', metricName: 'NeedsAttention', statistic: 'Sum', period },
        dimensionsMap: { Stage: stage },
      }),
      'An operation waits for a person: GET /operations?status=needs_attention names it and says why in its steps.',
    );
    alarm(
      'SagaFailed',
      new MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: {
          failed: saga.metricFailed({ period }),
          timedOut: saga.metricTimedOut({ period }),
          aborted: saga.metricAborted({ period }),
        },
        period,
      }),
      'An execution of the saga failed, timed out or was aborted. The sweep resumes its operation; find out why it could fail.',
    );
    new Alarm(this, 'EventPositionAge', {
      metric: new Metric({
        ...{ namespace: 'Concord', metricName: 'EventPositionAge', statistic: 'Maximum', period: Duration.hours(1) },
        dimensionsMap: { Stage: stage },
      }),
      alarmDescription:
        'Stripe’s list of events has not been read to its end for 20 days, or not at all for an hour; after 30 days Stripe forgets them. Read why in the sweep-events function’s log.',
      ...{ threshold: 20 * 24 * 3600, evaluationPeriods: 1 },
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A sweep that does not run tells nothing.
      treatMissingData: TreatMissingData.BREACHING,
    });
    alarm(
      'EventsGoneUnread',
      new Metric({
        ...{ namespace: 'Concord', metricName: 'EventsGoneUnread', statistic: 'Maximum', period },
        dimensionsMap: { Stage: stage },
      }),
      'Stripe has forgotten events that were never read: only GET /customers/data-consistency/validate finds what they told.',
    );
    alarm(
      'ConsistencyIssues',
      new Metric({
        ...{ namespace: 'Concord', metricName: 'ConsistencyIssues', statistic: 'Maximum', period: Duration.days(1) },
        dimensionsMap: { Stage: stage },
      }),
      'The last daily comparison found that both sides do not agree. GET /customers/data-consistency/runs/last names the issues, POST /customers/data-consistency/fix repairs the safe ones. It ends a day later, when a comparison has found none.',
    );
    alarm(
      'DeadLetters',
      deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      'A poke failed five times. Read why in the sync function’s log, mend it, then redrive the queue.',
    );
    alarm(
      'WebhookSignatures',
      new Metric({
        ...{ namespace: 'Concord', metricName: 'WebhookRefused', statistic: 'Sum', period },
        dimensionsMap: { Stage: stage },
      }),
      'Signed webhooks were refused: a signing secret was rotated wrongly, stripeMode or stripeAccount is not the endpoint’s, or somebody probes. The metric’s reasons say which.',
    );
    alarm(
      'WebhookErrors',
      new Metric({
        ...{ namespace: 'AWS/Lambda', metricName: 'Url5xxCount', statistic: 'Sum', period },
        dimensionsMap: { FunctionName: webhook.functionName },
      }),
      'Webhooks could not be queued. Stripe sends them again for up to three days; read why in the webhook function’s log.',
    );
  }
}
