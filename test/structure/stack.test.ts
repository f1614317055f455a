import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Resource, readTemplate, synthesize } from './synthesized.ts';

const BUDGET_KB = {
  api: 600,
  cleanup: 600,
  'delete-customer': 1000,
  'execution-ended-early': 600,
  maintenance: 900,
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
  let resources: Resource[];
  let outputs: readonly string[];
  beforeAll(() => {
    synthesize({ stage: 'prod', issuer: 'https://issuer.example/' }, directory);
    const template = readTemplate(directory);
    resources = Object.values(template.resources);
    outputs = template.outputs;
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);

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

  it('opens no route but health, and asks each other one for a scope', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === 'NONE');
    expect(open.map(({ RouteKey }) => RouteKey)).toEqual(['GET /health']);
    for (const route of routes.filter(({ AuthorizationType }) => AuthorizationType !== 'NONE')) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: [expect.stringMatching(/^customers:/)],
      });
    }
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
    expect(alarms.find(({ MetricName }) => MetricName === 'ConsistencyIssues')).toMatchObject({
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

  it('asks for IAM authorization when there is no issuer', () => {
    const other = mkdtempSync(join(tmpdir(), 'concord-stack-'));
    try {
      synthesize({ stage: 'dev' }, other);
      const template = readFileSync(join(other, 'Concord.template.json'), 'utf8');
      expect(template).toContain('"AuthorizationType": "AWS_IAM"');
      expect(template).not.toContain('"AuthorizationType": "JWT"');
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  }, 60_000);

  it.each([
    [{ stage: 'Prod!' }, 'stage'],
    [{ issuer: 'http://plain.example/' }, 'issuer'],
    [{ syncConcurrency: '1' }, 'syncConcurrency'],
    [{ stripeMode: 'production' }, 'stripeMode'],
    [{ stripeMode: 'live', stage: 'local' }, 'stripeMode'],
    [{ stripeAccount: 'cus_1' }, 'stripeAccount'],
    [{ stripeReadKey: 'two' }, 'stripeReadKey'],
    [{ webhookConcurrency: '0' }, 'webhookConcurrency'],
    [{ graceMinutes: '0' }, 'graceMinutes'],
  ])(
    'refuses the context %j with a sentence',
    (context, key) => {
      expect(() => synthesize(context as Record<string, string>, directory)).toThrow(
        new RegExp(`Context "${key}" must be`),
      );
    },
    60_000,
  );
});
