import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { executionsLost, ownMetric, unanswered } from './metrics.ts';

/** What is watched, by alarms and on the dashboard. */
export type Watched = {
  readonly stage: string;
  readonly api: HttpApi;
  /** The functions that answer the API. */
  readonly handlers: readonly IFunction[];
  readonly webhook: IFunction;
  readonly pokes: IQueue;
  readonly deadLetters: IQueue;
  readonly saga: StateMachine;
  readonly reconciliation: StateMachine;
};

export type AlarmsProps = Watched & { readonly topicArn: string | undefined };

type Condition = {
  readonly metric: IMetric;
  /** What it says to whoever is woken up, in a sentence or two; the runbook says the rest. */
  readonly says: string;
  /** Alarming from this value on; 1 when not said. */
  readonly from?: number;
  /** For so many periods on end; 1 when not said. */
  readonly periods?: number;
  /** Whether hearing nothing is as bad. */
  readonly isSilenceBad?: boolean;
};

/** Alarms that mean "act". docs/runbook.md has a page for each, under its name. */
export class Alarms extends Construct {
  readonly #stage: string;
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { stage, topicArn, handlers, webhook, deadLetters, saga, reconciliation } = props;
    this.#stage = stage;
    this.#topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    const soon = Duration.minutes(5);
    const own = (name: string, statistic: 'Sum' | 'Maximum', period = soon) =>
      ownMetric(stage, name, statistic, period);

    this.#alarm('NeedsAttention', {
      metric: own('NeedsAttention', 'Sum'),
      says: 'An operation waits for a person: GET /operations?status=needs_attention names it and says why in its steps.',
    });
    this.#alarm('SagaFailed', {
      metric: executionsLost(saga, soon),
      says: 'An execution of the saga failed, timed out or was aborted. The sweep resumes its operation; find out why it could fail.',
    });
    this.#alarm('ReconciliationFailed', {
      metric: executionsLost(reconciliation, soon),
      says: 'A run that compares both sides failed, timed out or was aborted. The sweep resumes it; find out why it could fail.',
    });
    this.#alarm('RunRefused', {
      metric: own('RunRefused', 'Sum'),
      says: 'A run refused to go on: what it saw cannot be believed. GET /customers/data-consistency/runs/last says why.',
    });
    this.#alarm('OldestOverdue', {
      metric: own('OldestOverdue', 'Maximum'),
      says: 'Something has been due for a quarter of an hour and nobody has done it, or the sweep that takes it up does not run.',
      ...{ from: 15 * 60, periods: 2, isSilenceBad: true },
    });
    this.#alarm('EventPositionAge', {
      metric: own('EventPositionAge', 'Maximum', Duration.hours(1)),
      says: 'Stripe’s list of events has not been read to its end for 20 days, or not at all for an hour; after 30 days Stripe forgets them.',
      ...{ from: 20 * 24 * 3600, isSilenceBad: true },
    });
    this.#alarm('EventsGoneUnread', {
      metric: own('EventsGoneUnread', 'Maximum'),
      says: 'Stripe has forgotten events that were never read: only GET /customers/data-consistency/validate finds what they told.',
    });
    this.#alarm('WebhookSilence', {
      metric: own('WebhookSilence', 'Maximum', Duration.minutes(15)),
      says: 'Stripe’s list has events of more than ten minutes ago, and no webhook has come since. What they tell is found by the sweep, minutes late.',
      ...{ from: 10 * 60, periods: 2 },
    });
    this.#alarm('WebhookSignatures', {
      metric: own('WebhookRefused', 'Sum'),
      says: 'Signed webhooks were refused: a signing secret was rotated wrongly, stripeMode or stripeAccount is not the endpoint’s, or somebody probes. The metric’s reasons say which.',
    });
    this.#alarm('WebhookErrors', {
      metric: new Metric({
        ...{ namespace: 'AWS/Lambda', metricName: 'Url5xxCount', statistic: 'Sum', period: soon },
        dimensionsMap: { FunctionName: webhook.functionName },
      }),
      says: 'Webhooks could not be queued. Stripe sends them again for up to three days; read why in the webhook function’s log.',
    });
    this.#alarm('InternalErrors', {
      metric: own('InternalError', 'Sum'),
      says: 'The API answered 500 because of something unforeseen. Nothing is half done; read why in the log, by the caller’s request id.',
      from: 3,
    });
    this.#alarm('Unanswered', {
      metric: unanswered(handlers, soon),
      says: 'For ten minutes, API Gateway has answered callers 503 because the API’s functions had no room for them, or ended out of time or memory.',
      ...{ from: 5, periods: 2 },
    });
    this.#alarm('ConsistencyIssues', {
      metric: own('ConsistencyIssues', 'Maximum', Duration.days(1)),
      says: 'The last daily comparison found that both sides do not agree. GET /customers/data-consistency/runs/last names the issues, POST /customers/data-consistency/fix repairs the safe ones. It ends a day later, when a comparison has found none.',
    });
    this.#alarm('ComparisonSilence', {
      metric: own('ConsistencyIssues', 'Maximum', Duration.days(1)),
      says: 'No daily comparison has come to its end for two days: whether both sides agree is not known.',
      // However many issues it found, it has come to its end.
      ...{ from: Number.MAX_SAFE_INTEGER, periods: 2, isSilenceBad: true },
    });
    this.#alarm('DeadLetters', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: soon, statistic: 'Maximum' }),
      says: 'A poke failed five times. Read why in the sync function’s log, mend it, then redrive the queue.',
    });
  }

  #alarm(name: string, { metric, says, from = 1, periods = 1, isSilenceBad = false }: Condition): void {
    const alarm = new Alarm(this, name, {
      alarmName: `concord-${this.#stage}-${name}`,
      alarmDescription: `${says} docs/runbook.md#${name.toLowerCase()}`,
      ...{ metric, threshold: from, evaluationPeriods: periods },
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isSilenceBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic === undefined) return;
    alarm.addAlarmAction(new SnsAction(this.#topic));
    alarm.addOkAction(new SnsAction(this.#topic));
  }
}
