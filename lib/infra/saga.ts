import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  JitterType,
  type RetryProps,
  type StateMachine,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { driver, FOR_HOURS } from './driver.ts';
import type { Use } from './use.ts';

/** Three more tries within about 8 seconds: a caller may be waiting. */
const WHILE_SOMEBODY_WAITS: RetryProps = {
  errors: ['States.ALL'],
  interval: Duration.seconds(1),
  backoffRate: 2,
  maxAttempts: 3,
  jitterStrategy: JitterType.FULL,
};

/**
 * A step that was not let in has not run: it stands in line for about as long as a caller waits. How many may run at once
 * is reserved, so that Stripe's limit is kept.
 */
const WHILE_THERE_IS_A_LINE: RetryProps = {
  errors: ['Lambda.TooManyRequestsException'],
  interval: Duration.seconds(1),
  backoffRate: 1.5,
  maxDelay: Duration.seconds(4),
  maxAttempts: 10,
  jitterStrategy: JitterType.FULL,
};

export type SagaProps = { readonly stage: string; readonly steps: IFunction };

/**
 * The saga of a protected operation. Its input is `{operationId, fence}`; the operation item is the truth, and this
 * machine only drives it.
 *
 *     Apply ─ accepted: committed by Apply itself ───────────────────────────────► Done
 *       ├── rejected: nothing is in Stripe ───────────────────────────► Release ─► Done
 *       └── unknown ─► Resolve (the same key again) ─ definite: as above
 *                        └── given up ─► GiveUp ─ a create ─► Undo ───► Release ─► Done
 *                                          └── an update, a delete ─► Settle (for hours) ─ definite: as above
 *
 * GiveUp, Settle, Undo and Release are retried for hours and never caught, so that a redrive goes on exactly there.
 */
export class Saga extends Construct {
  readonly stateMachine: StateMachine;
  readonly starting: Use;

  constructor(scope: Construct, id: string, props: SagaProps) {
    super(scope, id);
    const step = (name: string, comment: string) =>
      new LambdaInvoke(this, name, {
        stateName: name,
        comment,
        lambdaFunction: props.steps,
        payload: TaskInput.fromObject({
          step: name,
          'operationId.$': '$.operationId',
          'fence.$': '$.fence',
        }),
        resultSelector: { 'outcome.$': '$.Payload.outcome' },
        resultPath: '$.result',
        taskTimeout: Timeout.duration(Duration.seconds(60)),
        retryOnServiceExceptions: false,
      });

    const apply = step('Apply', 'Sends the frozen parameters to Stripe and commits what Stripe accepted.');
    const resolve = step('Resolve', 'The outcome is unknown: sends the same key again, until it is definite.');
    const giveUp = step('GiveUp', 'Commits that a create will be undone; what cannot be undone goes forward.');
    const settle = step('Settle', 'Sends the same key again, for hours: Stripe will say what happened.');
    const undo = step('Undo', 'Removes from Stripe what this operation made, and nothing else.');
    const release = step('Release', 'Gives back what the operation holds in the catalog, and ends it compensated.');
    const done = new Succeed(this, 'Done', { stateName: 'Done' });

    const outcome = (value: string) => Condition.stringEquals('$.result.outcome', value);
    const decide = (name: string) =>
      new Choice(this, name, { stateName: name })
        .when(outcome('rejected'), release)
        .when(outcome('compensating'), undo)
        .when(outcome('unsettled'), settle)
        .otherwise(done);

    apply.addRetry(WHILE_THERE_IS_A_LINE).addCatch(resolve, { resultPath: '$.result' }).next(decide('Applied?'));
    resolve.addRetry(WHILE_THERE_IS_A_LINE).addRetry(WHILE_SOMEBODY_WAITS);
    resolve.addCatch(giveUp, { resultPath: '$.result' }).next(decide('Resolved?'));
    giveUp.addRetry(FOR_HOURS).next(decide('GivenUp?'));
    settle.addRetry(FOR_HOURS).next(decide('Settled?'));
    undo.addRetry(FOR_HOURS);
    undo.next(new Choice(this, 'Undone?', { stateName: 'Undone?' }).when(outcome('undone'), release).otherwise(done));
    release.addRetry(FOR_HOURS).next(done);

    const { stateMachine, starting } = driver(this, {
      ...{ stage: props.stage, name: 'saga', definition: apply, variable: 'SAGA_ARN' },
      comment: 'One protected operation on one customer, from Stripe’s answer to its end.',
      // Longer than any state retries: what is still running then is resumed by a new execution.
      timeout: Duration.hours(12),
      toldElsewhere: 'Each step stands on the operation item, for whoever may read it; the log tells of failures only.',
    });
    this.stateMachine = stateMachine;
    this.starting = starting;
  }
}
