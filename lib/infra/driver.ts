import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  type IChainable,
  JitterType,
  LogLevel,
  type RetryProps,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Use } from './use.ts';

/** About eight hours: what is begun is ended, however long Stripe or DynamoDB are away. */
export const FOR_HOURS: RetryProps = {
  errors: ['States.ALL'],
  interval: Duration.seconds(1),
  backoffRate: 2,
  maxDelay: Duration.minutes(5),
  maxAttempts: 100,
  jitterStrategy: JitterType.FULL,
};

export type DriverProps = {
  readonly stage: string;
  /** The last part of its name. */
  readonly name: string;
  readonly comment: string;
  readonly definition: IChainable;
  readonly timeout: Duration;
  /** The environment variable that tells a function which machine to start. */
  readonly variable: string;
  /** Why its log need not tell of everything that happens. */
  readonly toldElsewhere: string;
};

/**
 * A state machine that drives what stands on an item. The item is the truth, so an execution that is lost is begun anew,
 * and its log tells of failures only.
 */
export function driver(scope: Construct, props: DriverProps): { stateMachine: StateMachine; starting: Use } {
  const { stage, name, comment, definition, timeout, variable, toldElsewhere } = props;
  const stateMachine = new StateMachine(scope, 'StateMachine', {
    ...{ stateMachineName: `concord-${stage}-${name}`, comment, timeout },
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromChainable(definition),
    tracingEnabled: true,
    logs: {
      level: LogLevel.ERROR,
      destination: new LogGroup(scope, 'Logs', {
        logGroupName: `/aws/vendedlogs/states/concord-${stage}-${name}`,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    },
  });
  Validations.of(stateMachine).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray know no resources; its one other permission names its one function.',
    },
    { id: 'AwsSolutions::AwsSolutions-SF1', reason: toldElsewhere },
  );
  const { stateMachineArn } = stateMachine;
  return {
    stateMachine,
    starting: {
      environment: { [variable]: stateMachineArn },
      permissions: [{ actions: ['states:StartExecution'], resource: stateMachineArn }],
    },
  };
}
