import { asList, asRecord, type ResolvedTemplate, type Resource } from '../template.ts';
import { parsePolicy, type Rule } from './policy.ts';

/** What the policies of a template say of one role, function or queue. */
export type Held = {
  readonly logicalId: string;
  readonly arn: string;
  readonly rules: readonly Rule[];
  /** Who may act in the role. */
  readonly trust: readonly Rule[];
};

/**
 * Reads all policies of the template: those of its roles, the permissions of its functions and the policies of its queues.
 * Throws on a policy that does not stand in the template, as AWS's managed ones: the runner could not evaluate it.
 */
export function readPolicies(template: ResolvedTemplate): readonly Held[] {
  return [
    ...template.ofType('AWS::IAM::Role').map((role) => ofRole(role, template)),
    ...template.ofType('AWS::Lambda::Function').map((one) => ofResource(one, functionRules(one, template))),
    ...template.ofType('AWS::SQS::Queue').map((one) => ofResource(one, queueRules(one, template))),
  ];
}

function ofRole(role: Resource, template: ResolvedTemplate): Held {
  const { logicalId, arn, properties } = role;
  const foreign = [...asList(properties['ManagedPolicyArns']), properties['PermissionsBoundary']].find(
    (policy) => policy !== undefined && !template.ofType('AWS::IAM::ManagedPolicy').some((one) => one.arn === policy),
  );
  if (foreign !== undefined)
    throw new Error(`${logicalId}: the runner evaluates no policy outside the template: ${foreign}`);
  const attached = [...template.ofType('AWS::IAM::Policy'), ...template.ofType('AWS::IAM::ManagedPolicy')].filter(
    (policy) =>
      asList(policy.properties['Roles']).includes(role.ref) ||
      asList(properties['ManagedPolicyArns']).includes(policy.arn),
  );
  const inline = asList(properties['Policies']).map((policy) => asRecord(policy)['PolicyDocument']);
  return {
    ...{ logicalId, arn },
    rules: [
      ...attached.flatMap((policy) => parsePolicy(policy.properties['PolicyDocument'], policy.logicalId)),
      ...inline.flatMap((document) => parsePolicy(document, logicalId)),
    ],
    trust: parsePolicy(properties['AssumeRolePolicyDocument'], `${logicalId}.AssumeRolePolicyDocument`),
  };
}

function ofResource({ logicalId, arn }: Resource, rules: readonly Rule[]): Held {
  return { logicalId, arn, rules, trust: [] };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
function functionRules(target: Resource, template: ResolvedTemplate): readonly Rule[] {
  return template.ofType('AWS::Lambda::Permission').flatMap(({ logicalId, properties }) => {
    const { FunctionName, Principal, Action, SourceArn, SourceAccount, FunctionUrlAuthType } = properties;
    if (FunctionName !== target.arn && FunctionName !== target.name) return [];
    const isByUrl = properties['InvokedViaFunctionUrl'];
    const Condition = {
      ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
      StringEquals: {
        ...(SourceAccount !== undefined && { 'aws:SourceAccount': SourceAccount }),
        ...(FunctionUrlAuthType !== undefined && { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
      },
      ...(isByUrl !== undefined && { Bool: { 'lambda:InvokedViaFunctionUrl': String(isByUrl) } }),
    };
    const statement = { Effect: 'Allow', Principal: { Service: Principal }, Action, Resource: target.arn, Condition };
    return parsePolicy({ Statement: statement }, logicalId);
  });
}

function queueRules(queue: Resource, template: ResolvedTemplate): readonly Rule[] {
  return template
    .ofType('AWS::SQS::QueuePolicy')
    .filter(({ properties }) => asList(properties['Queues']).includes(queue.ref))
    .flatMap(({ logicalId, properties }) => parsePolicy(properties['PolicyDocument'], logicalId));
}
