import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';

/** The maintenance schedules, in a group per stage so that names can be the plain ones. */
export class Schedules extends Construct {
  readonly #group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    super(scope, id);
    this.#group = new ScheduleGroup(this, 'Group', { scheduleGroupName: `concord-${props.stage}` });
  }

  /** Calls a function at a fixed rate. One that comes every minute needs no long chain of retries. */
  every(rate: Duration, scheduleName: string, target: IFunction): void {
    new Schedule(this, scheduleName, {
      scheduleName,
      scheduleGroup: this.#group,
      schedule: ScheduleExpression.rate(rate),
      target: new LambdaInvoke(target, {
        input: ScheduleTargetInput.fromObject({ schedule: scheduleName }),
        retryAttempts: 1,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }
}
