/** Where the runner itself answers, for the attributes that only a deployment knows. */
export type LocalEndpoints = { readonly api: string; readonly webhook: string };

export const accountId = '000000000000';
export const region = 'us-east-1';

/** What a resource is called, and what `Ref` and `Fn::GetAtt` answer for it. */
export type Identity = {
  readonly name: string;
  readonly ref: string;
  /** Empty for a resource that has no ARN. */
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
};

type Naming = { readonly logicalId: string; readonly name: string; readonly endpoints: LocalEndpoints };

type Kind = {
  /** The property that holds the physical name. */
  readonly name?: string;
  readonly arn?: (naming: Naming) => string;
  /** What `Ref` answers; the physical name if absent. */
  readonly ref?: (naming: Naming) => string;
  readonly attributes?: (naming: Naming) => Readonly<Record<string, string>>;
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
const globalArn = (service: string, rest: string) => `arn:aws:${service}::${accountId}:${rest}`;
/** Where queue URLs point, before their reader has an endpoint of its own. */
const queueOrigin = 'http://sqs.local';
const queueUrl = (name: string) => `${queueOrigin}/${accountId}/${name}`;

const table: Kind = {
  name: 'TableName',
  arn: ({ name }) => arn('dynamodb', `table/${name}`),
  attributes: ({ name }) => ({ TableId: name, StreamArn: `${arn('dynamodb', `table/${name}`)}/stream/local` }),
};

/** `Ref` and attributes of each resource type: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ */
const kinds: Readonly<Record<string, Kind>> = {
  'AWS::ApiGatewayV2::Api': {
    // A name of an API is not unique in AWS and its id is generated, so the logical id stands for it.
    ref: ({ logicalId }) => logicalId,
    attributes: ({ logicalId, endpoints }) => ({ ApiEndpoint: endpoints.api, ApiId: logicalId }),
  },
  'AWS::ApiGatewayV2::Authorizer': {
    ref: ({ logicalId }) => logicalId,
    attributes: ({ logicalId }) => ({ AuthorizerId: logicalId }),
  },
  'AWS::ApiGatewayV2::Integration': { ref: ({ logicalId }) => logicalId },
  'AWS::ApiGatewayV2::Route': { ref: ({ logicalId }) => logicalId },
  'AWS::ApiGatewayV2::Stage': { name: 'StageName' },
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: ({ name }) => arn('cloudwatch', `alarm:${name}`) },
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': { name: 'Name', arn: ({ name }) => arn('events', `rule/${name}`) },
  'AWS::IAM::ManagedPolicy': {
    name: 'ManagedPolicyName',
    arn: ({ name }) => globalArn('iam', `policy/${name}`),
    ref: ({ name }) => globalArn('iam', `policy/${name}`),
  },
  'AWS::IAM::Role': {
    name: 'RoleName',
    arn: ({ name }) => globalArn('iam', `role/${name}`),
    attributes: ({ name }) => ({ RoleId: name }),
  },
  'AWS::Lambda::EventSourceMapping': { ref: ({ logicalId }) => logicalId },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: ({ name }) => arn('lambda', `function:${name}`) },
  'AWS::Lambda::Url': {
    ref: ({ name }) => name,
    attributes: ({ endpoints }) => ({ FunctionUrl: `${endpoints.webhook}/` }),
  },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: ({ name }) => `${arn('logs', `log-group:${name}`)}:*` },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    arn: ({ name }) => arn('sqs', name),
    ref: ({ name }) => queueUrl(name),
    attributes: ({ name }) => ({ QueueName: name, QueueUrl: queueUrl(name) }),
  },
  'AWS::Scheduler::Schedule': { name: 'Name', arn: ({ name }) => arn('scheduler', `schedule/${name}`) },
  'AWS::Scheduler::ScheduleGroup': { name: 'Name', arn: ({ name }) => arn('scheduler', `schedule-group/${name}`) },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: ({ name }) => arn('secretsmanager', `secret:${name}-local1`),
    ref: ({ name }) => arn('secretsmanager', `secret:${name}-local1`),
    attributes: ({ name }) => ({ Id: arn('secretsmanager', `secret:${name}-local1`) }),
  },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    arn: ({ name }) => arn('sns', name),
    ref: ({ name }) => arn('sns', name),
    attributes: ({ name }) => ({ TopicName: name, TopicArn: arn('sns', name) }),
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: ({ name }) => arn('states', `stateMachine:${name}`),
    ref: ({ name }) => arn('states', `stateMachine:${name}`),
    attributes: ({ name }) => ({ Name: name }),
  },
};

/** A resolved text with its queue URLs at this endpoint: SQS clients take the host from the queue URL. */
export function withQueuesAt(endpoint: string, text: string): string {
  return text.replaceAll(queueOrigin, endpoint);
}

/** The property of a resource type that holds its physical name, if it has one. */
export function nameProperty(type: string): string | undefined {
  return kinds[type]?.name;
}

/** What `Ref` and `Fn::GetAtt` answer for a resource. A type that is not listed answers its name to `Ref` and nothing else. */
export function identify(type: string, naming: Naming): Identity {
  const kind = kinds[type] ?? {};
  const ownArn = kind.arn?.(naming) ?? '';
  return {
    name: naming.name,
    ref: kind.ref?.(naming) ?? naming.name,
    arn: ownArn,
    attributes: { ...(ownArn && { Arn: ownArn }), ...kind.attributes?.(naming) },
  };
}
