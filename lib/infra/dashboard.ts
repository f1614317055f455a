import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Watched } from './alarms.ts';
import { executionsLost, ownMetric } from './metrics.ts';

export type ConcordDashboardProps = Watched & { readonly tables: readonly TableV2[] };

/** One page that says how Concord is: who asks, what is owed, what comes from Stripe, what AWS turns away. */
export class ConcordDashboard extends Construct {
  constructor(scope: Construct, id: string, props: ConcordDashboardProps) {
    super(scope, id);
    const { stage, api, webhook, pokes, deadLetters, saga, reconciliation, tables } = props;
    const period = Duration.minutes(5);
    const own = (name: string, statistic: 'Sum' | 'Maximum') => ownMetric(stage, name, statistic, period);
    const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
      new GraphWidget({ title, left, right, width: 8, height: 6, period });
    new Dashboard(this, 'Default', {
      dashboardName: `concord-${stage}`,
      widgets: [
        [
          graph(
            'Requests, and those answered 5xx or turned away',
            [api.metricCount()],
            [api.metricServerError(), own('CallerTurnedAway', 'Sum')],
          ),
          graph('How long they took', [
            api.metricLatency({ statistic: 'p50', label: 'p50' }),
            api.metricLatency({ statistic: 'p99', label: 'p99' }),
          ]),
          graph(
            'Protected operations',
            [saga.metricStarted(), executionsLost(saga, period)],
            [own('NeedsAttention', 'Sum')],
          ),
        ],
        [
          graph(
            'Owed to Stripe',
            [own('OldestOverdue', 'Maximum')],
            [pokes.metricApproximateNumberOfMessagesVisible(), deadLetters.metricApproximateNumberOfMessagesVisible()],
          ),
          graph('Webhooks', [
            own('WebhookReceived', 'Sum'),
            own('WebhookRefused', 'Sum'),
            own('WebhookTurnedAway', 'Sum'),
          ]),
          graph('How far behind Stripe’s events', [
            own('EventPositionAge', 'Maximum'),
            own('WebhookSilence', 'Maximum'),
          ]),
        ],
        [
          graph(
            'Both sides compared: issues',
            [own('ConsistencyIssues', 'Maximum')],
            [executionsLost(reconciliation, period)],
          ),
          graph(
            'DynamoDB: throttled',
            tables.flatMap((table) =>
              ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
                table.metric(name, { statistic: 'Sum', period }),
              ),
            ),
          ),
          graph('Webhook function: errors and throttles', [webhook.metricErrors(), webhook.metricThrottles()]),
        ],
      ],
    });
  }
}
