import type { AwsReply, ServiceName } from '../runtime.ts';
import type { Needed } from './needed-permissions.ts';

/** Why somebody may not do something, in AWS's words. */
export type Denial = Needed & {
  readonly user: string;
  /** Of which kind the policy is that denies, or that would have had to allow. */
  readonly policy: 'identity-based' | 'resource-based';
  readonly isExplicit: boolean;
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denialMessage({ user, action, resource, policy, isExplicit }: Denial): string {
  const why = isExplicit
    ? `with an explicit deny in ${policy === 'identity-based' ? 'an' : 'a'} ${policy} policy`
    : `because no ${policy} policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

/** What the service answers instead of doing what was asked. */
export function deniedReply(service: Exclude<ServiceName, 'stripe'>, denial: Denial): AwsReply {
  if (service === 'sqs') {
    // SQS writes the action in lower case, and its clients read the error's name from the header.
    const message = denialMessage({ ...denial, action: denial.action.toLowerCase() });
    const body = { __type: 'com.amazon.coral.service#AccessDeniedException', message };
    return { status: 403, body, headers: { 'x-amzn-query-error': 'AccessDenied;Sender' } };
  }
  const namespace = service === 'secrets' ? '' : 'com.amazon.coral.service#';
  return { status: 400, body: { __type: `${namespace}AccessDeniedException`, Message: denialMessage(denial) } };
}
