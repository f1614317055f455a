import { asList, asRecord } from '../template.ts';

/** One action of one statement on one of its resources: who writes a list means each of its members. */
export type Rule = {
  readonly effect: 'Allow' | 'Deny';
  /** Whom a policy of a resource speaks of; a policy of a role speaks of that role. */
  readonly principals?: readonly string[];
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly Condition[];
};

type Condition = { readonly operator: Operator; readonly key: string; readonly values: readonly string[] };

/** What somebody asks for. `principal` is an ARN or a service's name, and is looked at by policies of resources only. */
export type AccessRequest = {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** By condition key, in lower case. A condition on a key that is not there does not hold. */
  readonly context: Readonly<Record<string, string>>;
};

export type Decision = { readonly verdict: 'allowed' | 'denied' | 'not-allowed'; readonly by: readonly Rule[] };

const operators = {
  StringEquals: (pattern: string, value: string) => pattern === value,
  StringLike: (pattern: string, value: string) => like(pattern, value),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (pattern: string, value: string) => pattern.toLowerCase() === value.toLowerCase(),
};
type Operator = keyof typeof operators;

/** The condition keys that the runner fills in. */
const knownKeys: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'lambda:functionurlauthtype',
  'lambda:invokedviafunctionurl',
]);
const knownFields: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

/**
 * The rules of a policy document. Throws, naming `path`, on what the runner cannot evaluate: it would otherwise allow or
 * refuse something else than AWS does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(document: unknown, path: string): readonly Rule[] {
  const statements = [asRecord(document)['Statement']].flat();
  return statements.flatMap((value, index) => parseStatement(asRecord(value), `${path}.Statement[${index}]`));
}

function parseStatement(statement: Readonly<Record<string, unknown>>, path: string): readonly Rule[] {
  const unknown = Object.keys(statement).find((field) => !knownFields.has(field));
  if (unknown !== undefined) throw new Error(`${path}: the runner does not evaluate ${unknown}`);
  const { Effect: effect, Principal, Action, Resource = '*', Condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`${path}: Effect is Allow or Deny`);
  const conditions = parseConditions(Condition, path);
  const principals = Principal === undefined ? {} : { principals: parsePrincipals(Principal, path) };
  return texts(Action).flatMap((action) =>
    texts(Resource).map((resource) => {
      if (resource.includes('${')) throw new Error(`${path}: the runner does not evaluate policy variables`);
      return { effect, ...principals, action, resource, conditions };
    }),
  );
}

function parsePrincipals(value: unknown, path: string): readonly string[] {
  if (value === '*') return ['*'];
  return Object.entries(asRecord(value)).flatMap(([kind, names]) => {
    const isKnown = kind === 'Service' || (kind === 'AWS' && texts(names).every((name) => name === '*'));
    if (!isKnown) throw new Error(`${path}: the runner does not evaluate the principal ${JSON.stringify(value)}`);
    return texts(names);
  });
}

function parseConditions(value: unknown, path: string): readonly Condition[] {
  return Object.entries(asRecord(value)).flatMap(([operator, keys]) =>
    Object.entries(asRecord(keys)).map(([name, wanted]) => {
      const key = name.toLowerCase();
      if (!isOperator(operator) || !knownKeys.has(key)) {
        throw new Error(`${path}: the runner does not evaluate the condition ${operator} on ${name}`);
      }
      return { operator, key, values: texts(wanted) };
    }),
  );
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(operators, name);
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? asList(value) : [value]).map(String);
}

/**
 * One that denies wins; otherwise at least one has to allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(rules: readonly Rule[], request: AccessRequest): Decision {
  const applying = rules.filter((rule) => applies(rule, request));
  const denying = applying.filter(({ effect }) => effect === 'Deny');
  if (denying.length > 0) return { verdict: 'denied', by: denying };
  return { verdict: applying.length > 0 ? 'allowed' : 'not-allowed', by: applying };
}

function applies(rule: Rule, { principal, action, resource, context }: AccessRequest): boolean {
  if (rule.principals && !rule.principals.some((name) => name === '*' || name === principal)) return false;
  if (!like(rule.action.toLowerCase(), action.toLowerCase()) || !arnLike(rule.resource, resource)) return false;
  return rule.conditions.every(({ operator, key, values }) => {
    const given = context[key];
    return given !== undefined && values.some((value) => operators[operator](value, given));
  });
}

/** `*` stands for any text, `?` for one character. */
function like(pattern: string, text: string): boolean {
  if (isPlain(pattern)) return pattern === text;
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

/** An ARN is matched part by part: no wildcard reaches over the first five colons. */
function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  if (isPlain(pattern)) return pattern === arn;
  const [wanted, given] = [arnParts(pattern), arnParts(arn)];
  return wanted.length === given.length && wanted.every((part, index) => like(part, given[index] ?? ''));
}

/** Nearly every pattern is, and patterns are compared at every call. */
function isPlain(pattern: string): boolean {
  return !pattern.includes('*') && !pattern.includes('?');
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
