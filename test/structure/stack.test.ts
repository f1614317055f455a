import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellCallers } from './stack.callers.ts';
import { tellData } from './stack.data.ts';
import { tellFunctions } from './stack.functions.ts';
import { tellPermissions } from './stack.permissions.ts';
import { tellSignals } from './stack.signals.ts';
import { type Resource, readValidation, stackIn, synthesize } from './synthesized.ts';

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

describe('the synthesized stack', () => {
  const stack = stackIn(mkdtempSync(join(tmpdir(), 'concord-stack-')));
  beforeAll(() => {
    // All rules hold: those of CloudFormation, and those of AWS for solutions and for serverless ones.
    synthesize({ stage: 'prod', issuer: 'https://issuer.example/', stripeReadKey: 'own' }, stack.directory);
  });
  afterAll(() => rmSync(stack.directory, { recursive: true, force: true }));

  it('keeps the rules of AWS, but for those that are acknowledged where they are broken', () => {
    expect(readValidation(stack.directory)).toEqual({ isSuccess: true, acknowledged: ACKNOWLEDGED });
  });

  it('has state machines in the Amazon States Language', () => {
    const check = (assembly: string) =>
      spawnSync(process.execPath, ['bin/check-states.ts', assembly], { encoding: 'utf8' });
    expect([check(stack.directory).status, check(stack.directory).stderr]).toEqual([0, '']);
    const broken = join(stack.directory, 'broken');
    for (const file of ['manifest.json', 'Concord.assets.json'])
      cpSync(join(stack.directory, file), join(broken, file));
    const template = readFileSync(join(stack.directory, 'Concord.template.json'), 'utf8');
    writeFileSync(join(broken, 'Concord.template.json'), template.replace(/(StartAt\W+)Apply/, '$1Nowhere'));
    expect(check(broken)).toMatchObject({ status: 1, stderr: expect.stringContaining('Nowhere') });
  });

  it('calls the steps of the saga as every version has: what an earlier one began calls the present functions', () => {
    const payloadsOf = (machine: string): unknown[] => {
      const { Properties } = stack
        .ofType('AWS::StepFunctions::StateMachine')
        .find((resource) => resource.Properties['StateMachineName'] === `concord-prod-${machine}`) as Resource;
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

  it('tells under plain names what the library is made with', () => {
    expect(stack.outputs()).toEqual(
      expect.arrayContaining(['CatalogTable', 'EphemeralTable', 'SagaArn', 'PokesQueueUrl', 'WebhookUrl']),
    );
  });

  tellCallers(stack);
  tellPermissions(stack);
  tellData(stack);
  tellFunctions(stack);
  tellSignals(stack);
});
