import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Choice, Condition, type StateMachine, Succeed, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { driver, FOR_HOURS } from './driver.ts';
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
    step.addRetry(FOR_HOURS);
    step.next(
      new Choice(this, 'More?', { stateName: 'More?' })
        .when(Condition.stringEquals('$.result.outcome', 'more'), step)
        .otherwise(new Succeed(this, 'Done', { stateName: 'Done' })),
    );
    const { stateMachine, starting } = driver(this, {
      ...{ stage: props.stage, name: 'reconciliation', definition: step, variable: 'RECONCILIATION_ARN' },
      comment: 'One comparison of both sides that takes more than one go.',
      // A run ends itself after a day.
      timeout: Duration.hours(25),
      toldElsewhere: 'How far it is stands on the run item; the log tells of failures only.',
    });
    this.stateMachine = stateMachine;
    this.starting = starting;
  }
}
