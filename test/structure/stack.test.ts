import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Resource, readTemplate, readValidation, synthesize } from './synthesized.ts';

type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

/** Each has its reason beside the resource that breaks it. */
const ACKNOWLEDGED = [
  'AwsSolutions-APIG4',
  'AwsSolutions-IAM5[Resource::*]',
  'AwsSolutions-SF1',
  'AwsSolutions-SMG4',
  'Serverless-EventBusDLQ',
  'Serverless-LambdaDLQ',
  'Serverless-LambdaEventSourceMappingDestination',
  'Serverless-SQSRedrivePolicy',
];

const BUDGET_KB = {
  api: 600,
  cleanup: 600,
  console: 10,
  'delete-customer': 1000,
  'execution-ended-early': 600,
  maintenance: 900,
  reconcile: 1000,
  'retry-failed-syncs': 1000,
  saga: 1000,
  'sweep-events': 900,
  'sweep-operations': 600,
  sync: 1000,
  'validate-consistency': 900,
  webhook: 340,
};

describe('the synthesized stack', () => {
  const directory = mkdtempSync(join(tmpdir(), 'concord-stack-'));
  let byId: Readonly<Record<string, Resource>>;
  let resources: Resource[];
  let outputs: readonly string[];
  beforeAll(() => {
    // All rules hold: those of CloudFormation, and those of AWS for solutions and for serverless ones.
    synthesize({ stage: 'prod', issuer: 'https://issuer.example/', stripeReadKey: 'own' }, directory);
    const template = readTemplate(directory);
    byId = template.resources;
    resources = Object.values(byId);
    outputs = template.outputs;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const functionNamed = (name: string) =>
    ofType('AWS::Lambda::Function').find(
      ({ Properties }) => Properties['FunctionName'] === `concord-prod-${name}`,
    ) as Resource;
  const statements = () =>
    Object.entries(byId)
      .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
      .flatMap(([policy, { Properties }]) =>
        (Properties['PolicyDocument'] as unknown as { Statement: Statement[] }).Statement.map((statement) => ({
          policy,
          statement,
        })),
      );

  it('keeps the rules of AWS, but for those that are acknowledged where they are broken', () => {
    expect(readValidation(directory)).toEqual({ isSuccess: true, acknowledged: ACKNOWLEDGED });
  });

  it('has state machines in the Amazon States Language', () => {
    const check = (assembly: string) =>
      spawnSync(process.execPath, ['bin/check-states.ts', assembly], { encoding: 'utf8' });
    expect([check(directory).status, check(directory).stderr]).toEqual([0, '']);
    const broken = join(directory, 'broken');
    for (const file of ['manifest.json', 'Concord.assets.json']) cpSync(join(directory, file), join(broken, file));
    const template = readFileSync(join(directory, 'Concord.template.json'), 'utf8');
    writeFileSync(join(broken, 'Concord.template.json'), template.replace(/(StartAt\W+)Apply/, '$1Nowhere'));
    expect(check(broken)).toMatchObject({ status: 1, stderr: expect.stringContaining('Nowhere') });
  });

  it('calls the steps of the saga as every version has: what an earlier one began calls the present functions', () => {
    const payloadsOf = (machine: string): unknown[] => {
      const { Properties } = ofType('AWS::StepFunctions::StateMachine').find(
        (resource) => resource.Properties['StateMachineName'] === `concord-prod-${machine}`,
      ) as Resource;
      const { DefinitionString } = Properties as unknown as { DefinitionString: { 'Fn::Join': [string, unknown[]] } };
      const [, parts] = DefinitionString['Fn::Join'];
      const { States } = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'arn')).join(''));
      const states: { Type: string; Parameters: { Payload?: object } }[] = Object.values(States);
      // Lambda is given the payload itself, or called by an API of which the payload is one parameter.
      return states.filter(({ Type }) => Type === 'Task').map(({ Parameters }) => Parameters.Payload ?? Parameters);
    };
    const STEPS = ['Apply', 'Release', 'Resolve', 'GiveUp', 'Undo', 'Settle'];
    expect(payloadsOf('saga')).toEqual(
      expect.arrayContaining(STEPS.map((step) => ({ step, 'operationId.$': '$.operationId', 'fence.$': '$.fence' }))),
    );
    expect(payloadsOf('reconciliation')).toEqual([{ 'runId.$': '$.runId', 'fence.$': '$.fence' }]);
  });

  it('gives every caller and role what docs/security.md says', () => {
    const args = ['bin/access-tables.ts', '--check', directory];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('keeps the catalog: retained, protected, with point-in-time recovery', () => {
    const catalog = ofType('AWS::DynamoDB::GlobalTable').find(
      ({ Properties }) => 'GlobalSecondaryIndexes' in Properties,
    );
    expect(catalog?.DeletionPolicy).toBe('Retain');
    expect(catalog?.Properties['Replicas']).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    ]);
  });

  it('tells under plain names what the library is made with', () => {
    expect(outputs).toEqual(
      expect.arrayContaining(['CatalogTable', 'EphemeralTable', 'SagaArn', 'PokesQueueUrl', 'WebhookUrl']),
    );
  });

  it('opens no route but health, the description and the console’s files, and asks each other one for a scope', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === 'NONE');
    expect(open.map(({ RouteKey }) => RouteKey)).toEqual([
      ...['GET /health', 'GET /openapi.json', 'GET /console', 'GET /console/{file}'],
    ]);
    for (const route of routes.filter(({ AuthorizationType }) => AuthorizationType !== 'NONE')) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: [expect.stringMatching(/^customers:/)],
      });
    }
  });

  it('lets no other site’s page call it, and no caller use up what all share', () => {
    for (const { Properties } of ofType('AWS::ApiGatewayV2::Api'))
      expect(Properties).not.toHaveProperty('CorsConfiguration');
    for (const { Properties } of ofType('AWS::Lambda::Url')) expect(Properties).not.toHaveProperty('Cors');
    expect(ofType('AWS::ApiGatewayV2::Stage').map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        DefaultRouteSettings: { ThrottlingBurstLimit: 500, ThrottlingRateLimit: 1000 },
        AccessLogSettings: expect.objectContaining({ Format: expect.not.stringMatching(/sourceIp|identity|\.path/) }),
      }),
    ]);
  });

  it('names what holds data as ever: under another logical id it would be made anew, empty', () => {
    const holding = ['AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret', 'AWS::SQS::Queue'];
    const ids = Object.entries(byId).filter(([, { Type }]) => holding.includes(Type));
    expect(Object.fromEntries(ids.map(([id, { DeletionPolicy }]) => [id, DeletionPolicy]))).toEqual({
      ConcordTablesCatalog8B059D07: 'Retain',
      ConcordTablesEphemeralFD8458E5: 'Delete',
      ConcordStripeKey55EBF351: 'Retain',
      ConcordStripeKeyReadKey671350C6: 'Retain',
      ConcordWebhookSecrets3808AB20: 'Retain',
      ConcordPokesQueueB97B7786: 'Delete',
      ConcordPokesDeadLetters36D31D39: 'Delete',
    });
  });

  it('encrypts what it keeps, and expires what is to expire', () => {
    const tables = ofType('AWS::DynamoDB::GlobalTable').map(({ Properties }) => Properties);
    for (const table of tables) {
      expect(table).toMatchObject({ SSESpecification: { SSEEnabled: true }, BillingMode: 'PAY_PER_REQUEST' });
    }
    expect(tables.map(({ TimeToLiveSpecification: ttl }) => ttl)).toEqual([
      { AttributeName: 'expiresAtSeconds', Enabled: true },
      { AttributeName: 'expiration', Enabled: true },
    ]);
    const queues = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties);
    for (const queue of queues) expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
    expect(ofType('AWS::SQS::QueuePolicy')).toHaveLength(queues.length);
  });

  it('gives a message time to be worked on six times, and then keeps it for a fortnight', () => {
    const queues = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties);
    expect(queues).toEqual([
      expect.objectContaining({ MessageRetentionPeriod: 14 * 24 * 3600 }),
      expect.objectContaining({
        VisibilityTimeout: 6 * Number(functionNamed('sync').Properties['Timeout']),
        RedrivePolicy: expect.objectContaining({ maxReceiveCount: 5 }),
      }),
    ]);
  });

  it('lets every function end before whoever waits for it does', () => {
    const longest: Record<string, number> = {
      cleanup: 300,
      reconcile: 300,
      'sweep-events': 300,
      'validate-consistency': 900,
    };
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      const name = String(Properties['FunctionName']).replace('concord-prod-', '');
      const isWaitedFor = ['api', 'console', 'delete-customer', 'maintenance'].includes(name);
      expect([name, Number(Properties['Timeout']) <= (isWaitedFor ? 29 : (longest[name] ?? 60))]).toEqual([name, true]);
    }
  });

  it('gives every function a role of its own, and no role a wildcard that has a choice', () => {
    const roles = ofType('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties['Role']));
    expect(new Set(roles).size).toBe(roles.length);
    const roleIds = Object.entries(byId).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    for (const [id, { Properties }] of roleIds) expect([id, Properties['ManagedPolicyArns']]).toEqual([id, undefined]);
    const wide = statements().filter(({ statement }) => /"\*"|\/\*|:\*/.test(JSON.stringify(statement)));
    const actionsOf = (kind: RegExp) =>
      wide.filter(({ policy }) => kind.test(policy)).map(({ statement }) => [statement.Action].flat().sort());
    // Traces know no resource, and neither does the delivery of a state machine's log.
    const traces = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
    expect(
      actionsOf(/RoleDefaultPolicy/)
        .flat()
        .every((action) => /^(logs|xray):/.test(action)),
    ).toBe(true);
    expect(actionsOf(/(?<!StateMachine)RoleDefaultPolicy/)).toEqual(roles.map(() => traces));
  });

  it('traces every function and state machine', () => {
    for (const { Properties } of ofType('AWS::Lambda::Function'))
      expect(Properties).toMatchObject({ TracingConfig: { Mode: 'Active' } });
    for (const { Properties } of ofType('AWS::StepFunctions::StateMachine'))
      expect(Properties).toMatchObject({ TracingConfiguration: { Enabled: true } });
  });

  it('shows on one page what is asked, owed, told by Stripe, compared and turned away', () => {
    const [dashboard] = ofType('AWS::CloudWatch::Dashboard').map(({ Properties }) => JSON.stringify(Properties));
    const shown = [
      ...[
        'Count',
        '5xx',
        'Latency',
        'ExecutionsStarted',
        'ExecutionsFailed',
        'ExecutionsTimedOut',
        'ExecutionsAborted',
      ],
      ...[
        'CallerTurnedAway',
        'NeedsAttention',
        'OldestOverdue',
        'ApproximateNumberOfMessagesVisible',
        'WebhookReceived',
        'WebhookRefused',
      ],
      ...['WebhookTurnedAway', 'EventPositionAge', 'WebhookSilence', 'ConsistencyIssues', 'ReadThrottleEvents'],
      ...['WriteThrottleEvents', 'Errors', 'Throttles'],
    ];
    expect(shown.filter((name) => !dashboard?.includes(`\\"${name}\\"`))).toEqual([]);
  });

  it('shows each of Stripe’s keys to those who need it', () => {
    const readersOf = (secret: string) =>
      statements()
        .filter(({ statement }) => JSON.stringify(statement.Resource) === `{"Ref":"${secret}"}`)
        .map(({ policy }) => policy.replace(/^Concord(.*)RoleDefaultPolicy\w{8}$/, '$1'))
        .sort();
    expect(readersOf('ConcordStripeKey55EBF351')).toEqual([
      'MaintenanceFunction',
      'Reconcile',
      'RetryFailedSyncs',
      'SagaSteps',
      'Sync',
    ]);
    expect(readersOf('ConcordStripeKeyReadKey671350C6')).toEqual([
      'DeleteFunction',
      'SweepEvents',
      'ValidateConsistency',
    ]);
  });

  it('gives whoever has a key of Stripe’s a rate, which all that may work at once keep in sum', () => {
    const rates = ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { FunctionName: name, Environment, ReservedConcurrentExecutions: reserved } = Properties;
      const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
      const rate = Number(Variables['STRIPE_REQUESTS_PER_SECOND']);
      return 'STRIPE_KEY_ARN' in Variables
        ? [[String(name).replace('concord-prod-', ''), rate, reserved] as const]
        : [];
    });
    expect(rates.toSorted()).toEqual([
      ['delete-customer', 1, 3],
      ['maintenance', 2, 2],
      // One run at a time, whose steps come one after the other.
      ['reconcile', 1, undefined],
      ['retry-failed-syncs', 1, undefined],
      ['saga', 4, 2],
      ['sweep-events', 1, undefined],
      ['sync', 1, undefined],
      ['validate-consistency', 1, undefined],
    ]);
    const [mapping] = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    expect(mapping).toMatchObject({ ScalingConfig: { MaximumConcurrency: 4 } });
    const atOnce = (name: string, reserved: unknown) => (name === 'sync' ? 4 : Number(reserved ?? 1));
    const sum = rates.reduce((most, [name, rate, reserved]) => most + rate * atOnce(name, reserved), 0);
    expect(sum).toBeLessThanOrEqual(25);
  });

  it('reserves executions for webhooks, so that a flood of them takes none from the API', () => {
    expect(functionNamed('webhook').Properties['ReservedConcurrentExecutions']).toBe(20);
    expect(functionNamed('api').Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('has no function behind the API that a noisy caller may keep to itself', () => {
    const limits = ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables = {} } = (Properties['Environment'] ?? {}) as unknown as {
        Variables?: Record<string, unknown>;
      };
      const { LIMIT_NOISY_CALLERS: limit } = Variables;
      return limit === undefined ? [] : [[Properties['FunctionName'], limit]];
    });
    const behindApi = ['api', 'delete-customer', 'maintenance'];
    expect(limits.toSorted()).toEqual(behindApi.map((name) => [`concord-prod-${name}`, 'yes']));
  });

  it('has the routes and scopes that docs/openapi.json describes, and none besides', () => {
    const paths = Object.entries<Record<string, { security: { token?: string[] }[] }>>(
      JSON.parse(readFileSync('docs/openapi.json', 'utf8')).paths,
    );
    const described = paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => [`${method.toUpperCase()} ${path}`, security[0]?.token]),
    );
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
    const routed = routes
      // These stand for a trailing slash.
      .filter(({ RouteKey }) => !String(RouteKey).endsWith('/{proxy+}'))
      // The console is a page, and no part of the API.
      .filter(({ RouteKey }) => !String(RouteKey).startsWith('GET /console'))
      .map(({ RouteKey, AuthorizationScopes }) => [RouteKey, AuthorizationScopes]);
    expect(Object.fromEntries(routed)).toEqual(Object.fromEntries(described));
  });

  it('keeps secrets out of every environment', () => {
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      expect(JSON.stringify(Properties['Environment'])).not.toMatch(
        /sk_|rk_|whsec_|SecretString|resolve:secretsmanager/,
      );
    }
  });

  it('keeps logs for a limited time', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(0);
    for (const { Properties } of groups) expect(Properties['RetentionInDays']).toBe(30);
  });

  it('has these schedules', () => {
    const rates = ofType('AWS::Scheduler::Schedule').map(({ Properties }) => [
      Properties['Name'],
      Properties['ScheduleExpression'],
    ]);
    expect(Object.fromEntries(rates)).toEqual({
      cleanup: 'rate(1 hour)',
      'retry-failed-syncs': 'rate(5 minutes)',
      'sweep-events': 'rate(15 minutes)',
      'sweep-operations': 'rate(1 minute)',
      'validate-consistency': 'rate(1 day)',
    });
  });

  it('wakes somebody up when the daily comparison has found something, and says what to do', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    expect(alarms.find(({ AlarmName }) => AlarmName === 'concord-prod-ConsistencyIssues')).toMatchObject({
      ...{ Namespace: 'Concord', Statistic: 'Maximum', Period: 86_400, Threshold: 1 },
      ...{ Dimensions: [{ Name: 'Stage', Value: 'prod' }], TreatMissingData: 'notBreaching' },
      AlarmDescription: expect.stringContaining('/customers/data-consistency/fix'),
    });
  });

  it('has a budget for every bundle', () => {
    expect(readdirSync(join(directory, 'bundles')).toSorted()).toEqual(Object.keys(BUDGET_KB));
  });

  it.each(Object.entries(BUDGET_KB))('keeps the bundle of %s under %d KB', (entry, budget) => {
    expect(statSync(join(directory, 'bundles', entry, 'index.mjs')).size / 1024).toBeLessThanOrEqual(budget);
  });
});
