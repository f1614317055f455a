import { join } from 'node:path';
import { type App, type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { bundleEntry } from './bundles.ts';
import type { Use } from './use.ts';

export type ConcordFunctionProps = {
  readonly stage: string;
  /** The file in lambdas/, without its ending, and the last part of the function's name. */
  readonly entry: string;
  readonly description: string;
  readonly timeout: Duration;
  /** All that it is told and may do, besides writing its log. */
  readonly uses: readonly Use[];
};

/** A function with its own role, log group and bundle, which may do what it uses and nothing else. */
export class ConcordFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ConcordFunctionProps) {
    const functionName = `concord-${props.stage}-${props.entry}`;
    const output = (scope.node.root as App).outdir;
    // Lambda's own default log group would keep its lines for ever; how long this one does, Concord says for all.
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logging = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resource: logGroup.logGroupArn };
    for (const { actions, resource } of [logging, ...props.uses.flatMap(({ permissions = [] }) => permissions)]) {
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
    }
    const atOnce = props.uses.flatMap((use) => use.atOnce ?? []);
    super(scope, id, {
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: props.timeout,
      handler: 'index.handler',
      code: Code.fromAsset(bundleEntry(props.entry, join(output, 'bundles'))),
      environment: Object.assign({ STAGE: props.stage }, ...props.uses.map(({ environment }) => environment)),
      ...(atOnce.length > 0 && { reservedConcurrentExecutions: Math.min(...atOnce) }),
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
      tracing: Tracing.ACTIVE,
    });
    Validations.of(this).acknowledge({
      id: 'Serverless::Serverless-LambdaDLQ',
      reason: 'Whoever invokes it tries again: the caller, the saga, the queue, or the next run of its schedule.',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray knows no resources; each of its other permissions names one.',
    });
  }

  /** Without versions and aliases: it has none, and who may invoke it needs no wildcard. */
  override get resourceArnsForGrantInvoke(): string[] {
    return [this.functionArn];
  }
}
