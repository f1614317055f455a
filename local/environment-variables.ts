import { withQueuesAt } from './resource-identity.ts';

type Given = {
  /** Resolved variables of the template. */
  readonly variables: Readonly<Record<string, string>>;
  readonly gatewayOrigin: string;
  /** Where the local issuer answers a browser. */
  readonly issuerUrl?: string;
  readonly region: string;
  readonly functionName: string;
  readonly handler: string;
  readonly memorySizeMb: number;
  readonly codeDirectory: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
};

/**
 * The whole environment of a function's process: what the template says, Lambda's own variables, and where the
 * services are. Nothing of the runner's own environment gets in.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(given: Given): Record<string, string> {
  // SQS clients take the host from the queue URL, whatever their endpoint is.
  const ownVariables = Object.entries(given.variables).map(([name, value]) => [
    name,
    withQueuesAt(given.gatewayOrigin, value),
  ]);
  return {
    ...Object.fromEntries(ownVariables),
    AWS_ENDPOINT_URL: given.gatewayOrigin,
    STRIPE_API_BASE: given.gatewayOrigin,
    ...(given.issuerUrl !== undefined && { ISSUER_ENDPOINT: given.issuerUrl }),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    // A developer's own profile must not change how a function behaves.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: given.region,
    AWS_DEFAULT_REGION: given.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: given.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(given.memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: given.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: given.logStreamName,
    LAMBDA_TASK_ROOT: given.codeDirectory,
    _HANDLER: given.handler,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}
