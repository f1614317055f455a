import type { Authorize } from '../gateway.ts';
import { accountId, region } from '../resource-identity.ts';
import type { LocalFunction } from '../runtime.ts';
import type { ResolvedTemplate } from '../template.ts';
import { type Denial, denialMessage, deniedReply } from './access-denied.ts';
import { type Needed, neededPermissions } from './needed-permissions.ts';
import { type AccessRequest, decide, type Rule } from './policy.ts';
import { type Held, readPolicies } from './template-policies.ts';

/** Makes a function that may be invoked only as the policies say. One that may not answers a failure. */
export type Guard = (target: LocalFunction) => LocalFunction;

/** A service that acts on behalf of one of its resources. */
export type Service = { readonly name: string; readonly sourceArn: string };

/** One action on one resource that somebody is allowed, and how often it was made use of. */
export type Permission = {
  /** The logical id of the role, or of the resource whose policy it is. */
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
  readonly used: number;
};

/** The policies of the template at work. Whatever they do not allow is refused, in AWS's words, and told of. */
export type Access = {
  /** For the calls of the functions. */
  readonly authorize: Authorize;
  /** Throws when the service may not act in the role: a deployment would fail. */
  assertAssumable(roleArn: string, service: Service): void;
  /** Throws when a role may not do all of this: a deployment would fail. */
  assertAllowed(roleArn: string, needed: readonly Needed[]): void;
  /** For who invokes functions in a role of its own. */
  guardByRole(roleArn: string): Guard;
  /** For a service that functions themselves have to let in. */
  guardByService(service: Service): Guard;
  /** For those who come to a Function URL without an identity. */
  readonly guardFunctionUrl: Guard;
  /** All that is allowed. */
  permissions(): readonly Permission[];
  /** What was refused, oldest first; the newest 1,000. */
  denials(): readonly string[];
};

/** What Step Functions calls it when its role may not invoke a function; no function names its own errors so. */
export const ACCESS_DENIED = 'Lambda.AWSLambdaException';

const keptDenials = 1000;
/** What every request here brings with it: it comes from the one account, and stands for one over TLS. */
const everyContext = { 'aws:securetransport': 'true', 'aws:sourceaccount': accountId };

/** Reads the template's policies. Throws on one that the runner cannot evaluate. */
export function createAccess(template: ResolvedTemplate, onDenied: (who: string, message: string) => void): Access {
  const held = readPolicies(template);
  const uses = new Map<Rule, number>();
  const denials: string[] = [];

  function ask(rules: readonly Rule[], request: AccessRequest, policy: Denial['policy']): Denial | undefined {
    const { verdict, by } = decide(rules, { ...request, context: { ...everyContext, ...request.context } });
    if (verdict === 'allowed') {
      for (const rule of by) uses.set(rule, (uses.get(rule) ?? 0) + 1);
      return undefined;
    }
    const { principal: user, action, resource } = request;
    const isExplicit = verdict === 'denied';
    // A rule that names whom it speaks of stands in a policy of a resource.
    const denying = isExplicit && by.some(({ principals }) => principals !== undefined) ? 'resource-based' : policy;
    return { user, action, resource, isExplicit, policy: denying };
  }

  function find(arn: string): Held | undefined {
    return held.find((one) => one.arn === arn);
  }

  /** Within one account it is enough that either side allows, and too much that either denies. */
  function askForRole(role: Held | undefined, session: string, { action, resource }: Needed): Denial | undefined {
    const rules = [...(role?.rules ?? []), ...(find(resource)?.rules ?? [])];
    const user = role?.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/') ?? 'nobody';
    return ask(rules, { principal: `${user}/${session}`, action, resource, context: {} }, 'identity-based');
  }

  function note(who: string, denial: Denial): void {
    const message = denialMessage(denial);
    denials.push(message);
    if (denials.length > keptDenials) denials.shift();
    onDenied(who, message);
  }

  function guard(who: string, mayInvoke: (functionArn: string) => Denial | undefined): Guard {
    return (target) => ({
      ...target,
      async invoke(event, onStart) {
        const denial = mayInvoke(`arn:aws:lambda:${region}:${accountId}:function:${target.name}`);
        if (!denial) return target.invoke(event, onStart);
        note(who, denial);
        return { ok: false, errorType: ACCESS_DENIED, errorMessage: denialMessage(denial) };
      },
    });
  }

  return {
    authorize(caller, service, operation, body) {
      if (service === 'stripe') return undefined;
      const role = held.find(({ logicalId }) => logicalId === caller.roleLogicalId);
      for (const needed of neededPermissions(service, operation, body)) {
        const denial = askForRole(role, caller.functionName, needed);
        if (!denial) continue;
        note(caller.functionName, denial);
        return deniedReply(service, denial);
      }
      return undefined;
    },
    assertAssumable(roleArn, { name, sourceArn }) {
      const action = 'sts:AssumeRole';
      const request = {
        principal: name,
        action,
        resource: roleArn,
        context: { ...everyContext, 'aws:sourcearn': sourceArn },
      };
      if (decide(find(roleArn)?.trust ?? [], request).verdict === 'allowed') return;
      throw new Error(`${sourceArn}: the role ${roleArn} cannot be assumed by ${name}`);
    },
    assertAllowed(roleArn, all) {
      for (const needed of all) {
        const denial = askForRole(find(roleArn), 'deployment', needed);
        if (denial) throw new Error(denialMessage(denial));
      }
    },
    guardByRole(roleArn) {
      const role = find(roleArn);
      return guard(role?.logicalId ?? roleArn, (resource) =>
        askForRole(role, 'invocation', { action: 'lambda:InvokeFunction', resource }),
      );
    },
    guardByService({ name, sourceArn }) {
      return guard(sourceArn, (resource) => {
        const rules = find(resource)?.rules ?? [];
        const context = { 'aws:sourcearn': sourceArn };
        return ask(rules, { principal: name, action: 'lambda:InvokeFunction', resource, context }, 'resource-based');
      });
    },
    // Both are needed: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    guardFunctionUrl: guard('function-url', (resource) => {
      const rules = find(resource)?.rules ?? [];
      const askForAnybody = (action: string, context: AccessRequest['context']) =>
        ask(rules, { principal: 'anonymous', action, resource, context }, 'resource-based');
      return (
        askForAnybody('lambda:InvokeFunctionUrl', { 'lambda:functionurlauthtype': 'NONE' }) ??
        askForAnybody('lambda:InvokeFunction', { 'lambda:invokedviafunctionurl': 'true' })
      );
    }),
    permissions: () =>
      held.flatMap(({ logicalId: holder, rules }) =>
        rules
          .filter(({ effect }) => effect === 'Allow')
          .map((rule) => ({ holder, action: rule.action, resource: rule.resource, used: uses.get(rule) ?? 0 })),
      ),
    denials: () => denials,
  };
}
