import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Resource, readTemplate, synthesize } from './synthesized.ts';

type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

describe('the synthesized webhook', () => {
  const directory = mkdtempSync(join(tmpdir(), 'concord-webhook-'));
  const context = { stage: 'prod', stripeMode: 'live', stripeAccount: 'acct_1', webhookConcurrency: '7' };
  let resources: Readonly<Record<string, Resource>>;
  beforeAll(() => {
    synthesize(context, directory, { validates: false });
    resources = readTemplate(directory).resources;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const theFunction = () => {
    const found = ofType('AWS::Lambda::Function').find(
      ([, { Properties }]) => Properties['FunctionName'] === 'concord-prod-webhook',
    );
    if (found === undefined) throw new Error('There is no webhook function.');
    return { id: found[0], properties: found[1].Properties };
  };

  it('is the only function that has a URL, and that is open: the signature is the authorization', () => {
    const urls = ofType('AWS::Lambda::Url').map(([, { Properties }]) => Properties);
    const { id } = theFunction();
    expect(urls).toEqual([
      expect.objectContaining({ AuthType: 'NONE', TargetFunctionArn: { 'Fn::GetAtt': [id, 'Arn'] } }),
    ]);
  });

  it('is told mode, account and concurrency by context', () => {
    expect(theFunction().properties).toMatchObject({
      ReservedConcurrentExecutions: 7,
      Environment: { Variables: { STAGE: 'prod', STRIPE_MODE: 'live', STRIPE_ACCOUNT: 'acct_1' } },
    });
  });

  it('may read its own secret, send pokes, write its log and traces, and nothing else', () => {
    const [secret] = ofType('AWS::SecretsManager::Secret').find(
      ([, { Properties }]) => Properties['Name'] === 'concord/prod/webhook-secrets',
    ) as [string, Resource];
    const [queue] = ofType('AWS::SQS::Queue').find(
      ([, { Properties }]) => Properties['QueueName'] === 'concord-prod-pokes',
    ) as [string, Resource];
    const [role] = (theFunction().properties['Role'] as unknown as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'];
    const policies = ofType('AWS::IAM::Policy').filter(([, { Properties }]) =>
      JSON.stringify(Properties['Roles']).includes(`"${role}"`),
    );
    const statements = policies.flatMap(
      ([, { Properties }]) => (Properties['PolicyDocument'] as unknown as { Statement: Statement[] }).Statement,
    );
    expect(statements).toEqual([
      expect.objectContaining({
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ConcordWebhookFunctionLogs/), 'Arn'] },
      }),
      expect.objectContaining({ Action: 'secretsmanager:GetSecretValue', Resource: { Ref: secret } }),
      expect.objectContaining({ Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [queue, 'Arn'] } }),
      expect.objectContaining({ Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' }),
    ]);
  });

  it('has alarms for what it refuses that was signed, and for what it could not queue', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    expect(alarms).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Namespace: 'Concord', MetricName: 'WebhookRefused' }),
        expect.objectContaining({
          ...{ Namespace: 'AWS/Lambda', MetricName: 'Url5xxCount' },
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: theFunction().id } }],
        }),
      ]),
    );
  });

  const bundleOf = (entry: string) => readFileSync(join(directory, 'bundles', entry, 'index.mjs'), 'utf8');

  it.each([
    ['Stripe’s SDK', 'api.stripe.com', 'saga'],
    ['a DynamoDB client', 'DynamoDB_20120810', 'saga'],
    ['a Step Functions client', 'AWSStepFunctions', 'sweep-operations'],
  ])('is bundled without %s, which is found where it is bundled', (_what, mark, entry) => {
    expect([bundleOf('webhook').includes(mark), bundleOf(entry).includes(mark)]).toEqual([false, true]);
  });

  it('is bundled, as all functions are, without places of credentials that no function has', () => {
    for (const entry of readdirSync(join(directory, 'bundles'))) {
      const marks = ['AssumeRoleWithWebIdentity', 'AWS_ACCESS_KEY_ID'];
      // The console's function calls nobody, and needs none at all.
      const expected = entry === 'console' ? [entry] : [entry, 'AWS_ACCESS_KEY_ID'];
      expect([entry, ...marks.filter((mark) => bundleOf(entry).includes(mark))]).toEqual(expected);
    }
  });
});
