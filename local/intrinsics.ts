/** What the intrinsic functions ask of the template. Each throws, naming `path`, when it has no answer. */
export type Lookup = {
  ref(name: string, path: string): unknown;
  attribute(logicalId: string, attribute: string, path: string): unknown;
  condition(name: string, path: string): boolean;
  mapping(keys: readonly string[], path: string): unknown;
};

/** Stands for `AWS::NoValue`: the property, or list element, that holds it is left out. */
const noValue = Symbol('AWS::NoValue');

/**
 * Answers the intrinsic functions in a value of a CloudFormation template, at any depth.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolveValue(value: unknown, lookup: Lookup, path: string): unknown {
  const resolved = resolve(value, lookup, path);
  return resolved === noValue ? undefined : resolved;
}

function resolve(value: unknown, lookup: Lookup, path: string): unknown {
  if (Array.isArray(value)) {
    return value.map((element, index) => resolve(element, lookup, `${path}[${index}]`)).filter((e) => e !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isIntrinsic(only[0])) return call(only[0], only[1], lookup, path);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner, lookup, `${path}.${key}`)]).filter(([, r]) => r !== noValue),
  );
}

/** `Condition` alone is a function only in the Conditions section: a policy statement has it as an ordinary key. */
function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

function call(name: string, argument: unknown, lookup: Lookup, outerPath: string): unknown {
  const path = `${outerPath}.${name}`;
  const resolved = () => resolve(argument, lookup, path);
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? noValue : lookup.ref(text(argument, path), outerPath);
    case 'Fn::GetAtt': {
      const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(resolved(), path);
      return lookup.attribute(text(logicalId, path), attribute.map((part) => text(part, path)).join('.'), outerPath);
    }
    case 'Fn::Sub':
      return substitute(argument, lookup, path);
    case 'Fn::Join': {
      const [delimiter, parts] = list(resolved(), path);
      return list(parts, path)
        .map((part) => text(part, path))
        .join(text(delimiter, path));
    }
    case 'Fn::Split': {
      const [delimiter, source] = list(resolved(), path);
      return text(source, path).split(text(delimiter, path));
    }
    case 'Fn::Select': {
      const [index, choices] = list(resolved(), path);
      const chosen = list(choices, path)[Number(index)];
      if (chosen === undefined) throw new Error(`${path}: there is no element ${String(index)}`);
      return chosen;
    }
    case 'Fn::FindInMap':
      return lookup.mapping(
        list(resolved(), path).map((key) => text(key, path)),
        path,
      );
    case 'Fn::Base64':
      return Buffer.from(text(resolved(), path)).toString('base64');
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = list(argument, path);
      return resolve(lookup.condition(text(condition, path), path) ? whenTrue : whenFalse, lookup, path);
    }
    case 'Fn::Equals': {
      const [left, right] = list(resolved(), path);
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::Not':
      return !truths(argument, lookup, path)[0];
    case 'Fn::And':
      return truths(argument, lookup, path).every(Boolean);
    case 'Fn::Or':
      return truths(argument, lookup, path).some(Boolean);
    default:
      throw new Error(`${outerPath}: the runner does not know the intrinsic function ${name}`);
  }
}

function truths(argument: unknown, lookup: Lookup, path: string): readonly boolean[] {
  return list(argument, path).map((operand) => {
    if (typeof operand === 'object' && operand !== null && 'Condition' in operand) {
      return lookup.condition(text(operand.Condition, path), path);
    }
    return resolve(operand, lookup, path) === true;
  });
}

function substitute(argument: unknown, lookup: Lookup, path: string): string {
  const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = resolve(variables ?? {}, lookup, path) as Record<string, unknown>;
  return text(pattern, path).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(own, name)) return text(own[name], path);
    const [logicalId = '', ...attribute] = name.split('.');
    if (attribute.length === 0) return text(lookup.ref(name, path), path);
    return text(lookup.attribute(logicalId, attribute.join('.'), path), path);
  });
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${path}: expected a list`);
  return value;
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${path}: expected a text`);
}
