import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  JitterType,
  LogLevel,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

export type ReconciliationProps = { readonly stage: string; readonly step: IFunction };

/**
 * Drives one comparison of both sides that takes more than one go. Its input is `{runId, fence}`; the run item is the
 * truth, and says where the next step begins.
 *
 *     Step ─► More? ─ more ─► Step
 *               └──── done ─► Done
 *
 * A step that fails is tried again for hours. It is never caught, so that a redrive goes on exactly there.
 */
export class Reconciliation extends Construct {
  readonly stateMachine: StateMachine;
  readonly starting: Use;

  constructor(scope: Construct, id: string, props: ReconciliationProps) {
    super(scope, id);
    const step = new LambdaInvoke(this, 'Step', {
      stateName: 'Step',
      comment: 'Works on the run for less than a minute, from where the last step ended.',
      lambdaFunction: props.step,
      payload: TaskInput.fromObject({ 'runId.$': '$.runId', 'fence.$': '$.fence' }),
      resultSelector: { 'outcome.$': '$.Payload.outcome' },
      resultPath: '$.result',
      taskTimeout: Timeout.duration(Duration.minutes(6)),
      retryOnServiceExceptions: false,
    });
    step.addRetry({
      errors: ['States.ALL'],
      interval: Duration.seconds(1),
      backoffRate: 2,
      maxDelay: Duration.minutes(5),
      maxAttempts: 100,
      jitterStrategy: JitterType.FULL,
    });
    step.next(
      new Choice(this, 'More?', { stateName: 'More?' })
        .when(Condition.stringEquals('$.result.outcome', 'more'), step)
        .otherwise(new Succeed(this, 'Done', { stateName: 'Done' })),
    );
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: `concord-${props.stage}-reconciliation`,
      comment: 'One comparison of both sides that takes more than one go.',
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(step),
      // A run ends itself after a day.
      timeout: Duration.hours(25),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ERROR,
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/concord-${props.stage}-reconciliation`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    Validations.of(this.stateMachine).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
        reason: 'Log delivery and X-Ray know no resources; its one other permission names its one function.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-SF1',
        reason: 'How far it is stands on the run item; the log tells of failures only.',
      },
    );
    this.starting = {
      environment: { RECONCILIATION_ARN: this.stateMachine.stateMachineArn },
      permissions: [{ actions: ['states:StartExecution'], resource: this.stateMachine.stateMachineArn }],
    };
  }
}
