// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation spells its placeholders like this.
import { notRun } from '../../local/coverage.ts';
import { resolveTemplate, type Template } from '../../local/template.ts';

const endpoints = { api: 'http://127.0.0.1:4000', webhook: 'http://127.0.0.1:4001' };

/** The resolved `Value` property of a resource that says what it is told to. */
function resolved(value: unknown, rest: Partial<Template> = {}): unknown {
  const template = {
    ...rest,
    Resources: { ...rest.Resources, Holder: { Type: 'Some::Holder', Properties: { Value: value } } },
  };
  const { resources } = resolveTemplate(template, 'concord-local', endpoints);
  return resources.find(({ logicalId }) => logicalId === 'Holder')?.properties['Value'];
}

const Resources = {
  Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'pokes' } },
  Nameless: { Type: 'AWS::Lambda::Function' },
  Api: { Type: 'AWS::ApiGatewayV2::Api' },
  Url: { Type: 'AWS::Lambda::Url' },
};

describe('the resolved template', () => {
  it.each([
    ['a resource with its own name', { Ref: 'Named' }, 'http://sqs.local/000000000000/pokes'],
    ['a resource without a name', { Ref: 'Nameless' }, 'concord-local-Nameless'],
    ['an ARN', { 'Fn::GetAtt': ['Named', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:pokes'],
    ['an ARN, in one text', { 'Fn::GetAtt': 'Named.Arn' }, 'arn:aws:sqs:us-east-1:000000000000:pokes'],
    ['the endpoint of the API', { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, 'http://127.0.0.1:4000'],
    ['the Function URL', { 'Fn::GetAtt': ['Url', 'FunctionUrl'] }, 'http://127.0.0.1:4001/'],
    ['a pseudo parameter', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] }, 'a-us-east-1-1'],
    ['a substitution', { 'Fn::Sub': '${AWS::Partition}/${Named.QueueName}/${!kept}' }, 'aws/pokes/${kept}'],
    [
      'a substitution with variables',
      { 'Fn::Sub': ['${a}-${AWS::Region}', { a: { Ref: 'Nameless' } }] },
      'concord-local-Nameless-us-east-1',
    ],
    ['a choice of a split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
    ['intrinsics at any depth', [{ a: { b: [{ Ref: 'AWS::Region' }] } }], [{ a: { b: ['us-east-1'] } }]],
    ['an ordinary object with a key named Condition', { Condition: { Bool: true } }, { Condition: { Bool: true } }],
    ['no value, in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['no value, in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ])('answers %s', (_, value, expected) => {
    expect(resolved(value, { Resources })).toEqual(expected);
  });

  it('takes a parameter by its default value, and a mapping by its keys', () => {
    const rest = {
      Parameters: { Size: { Default: 5 }, Missing: {} },
      Mappings: { Sizes: { 'us-east-1': { small: 3 } } },
    };
    expect(resolved({ Ref: 'Size' }, rest)).toBe(5);
    expect(resolved({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, rest)).toBe(3);
    expect(() => resolved({ Ref: 'Missing' }, rest)).toThrow('parameter Missing has no default value');
  });

  it('resolves the outputs, and leaves out those whose condition is false', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    const Outputs = { Queue: { Value: { Ref: 'Named' } }, Absent: { Condition: 'Never', Value: { Ref: 'Unknown' } } };
    const { outputs } = resolveTemplate({ Resources, Conditions, Outputs }, 'concord-local', endpoints);
    expect(outputs).toEqual({ Queue: 'http://sqs.local/000000000000/pokes' });
  });

  it('follows conditions, and leaves out the resources whose condition is false', () => {
    const Conditions = {
      Local: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      Remote: { 'Fn::Not': [{ Condition: 'Local' }] },
      Both: { 'Fn::And': [{ Condition: 'Local' }, { Condition: 'Remote' }] },
      Either: { 'Fn::Or': [{ Condition: 'Local' }, { Condition: 'Remote' }] },
    };
    const choose = (condition: string) =>
      resolved({ 'Fn::If': [condition, 'yes', { Ref: 'AWS::NoValue' }] }, { Conditions });
    expect(['Local', 'Remote', 'Both', 'Either'].map(choose)).toEqual(['yes', undefined, undefined, 'yes']);
    const { resources } = resolveTemplate(
      { Conditions, Resources: { Gone: { Type: 'A', Condition: 'Remote' }, Kept: { Type: 'A', Condition: 'Local' } } },
      'concord-local',
      endpoints,
    );
    expect(resources.map(({ logicalId }) => logicalId)).toEqual(['Kept']);
  });

  it.each([
    [
      'an intrinsic function that it does not know',
      { 'Fn::ImportValue': 'x' },
      'Resources.Holder.Properties.Value: the runner does not know the intrinsic function Fn::ImportValue',
    ],
    [
      'a reference to nothing',
      { Ref: 'Nobody' },
      'Resources.Holder.Properties.Value: there is no resource or parameter Nobody',
    ],
    [
      'an attribute that it does not know',
      { 'Fn::GetAtt': ['Named', 'Colour'] },
      'the attribute Colour of Named (AWS::SQS::Queue)',
    ],
  ])('refuses %s, and says where it stands', (_, value, message) => {
    expect(() => resolved(value, { Resources })).toThrow(message);
  });

  it('refuses a name that depends on itself', () => {
    const Loop = { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::GetAtt': ['Loop', 'QueueName'] } } };
    expect(() => resolveTemplate({ Resources: { Loop } }, 'concord-local', endpoints)).toThrow('depends on itself');
  });
});

describe('what is not run', () => {
  it('names the resources that nothing runs, and not those that need no running', () => {
    const { resources } = resolveTemplate(
      { Resources: { ...Resources, Role: { Type: 'AWS::IAM::Role' }, Bus: { Type: 'AWS::Events::EventBus' } } },
      'concord-local',
      endpoints,
    );
    expect(notRun(resources)).toEqual(['AWS::Events::EventBus Bus']);
  });
});
