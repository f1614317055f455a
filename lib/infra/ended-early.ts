import { Duration, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export type EndedEarlyProps = { readonly stage: string; readonly saga: IStateMachine; readonly handler: IFunction };

/** Tells of each execution that ended other than by its own last state: its operation has to be taken up again. */
export class EndedEarly extends Construct {
  constructor(scope: Construct, id: string, { stage, saga, handler }: EndedEarlyProps) {
    super(scope, id);
    const rule = new Rule(this, 'Rule', {
      ruleName: `concord-${stage}-saga-ended-early`,
      description: 'Executions of the saga that failed, timed out or were aborted: their operations are resumed.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [saga.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [new LambdaFunction(handler, { retryAttempts: 2, maxEventAge: Duration.hours(1) })],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless::Serverless-EventBusDLQ',
      reason: 'An event that is lost only delays: the operation is due by itself, and the sweep finds it.',
    });
  }
}
