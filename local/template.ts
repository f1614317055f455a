import { type Lookup, resolveValue } from './intrinsics.ts';
import { accountId, type Identity, identify, type LocalEndpoints, nameProperty, region } from './resource-identity.ts';

/** A synthesized CloudFormation template, as far as the runner reads it. */
export type Template = {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
};

type TemplateResource = {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
};

/** One resource as it would stand after a deployment: named, every intrinsic function answered. */
export type Resource = Identity & {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
};

export type ResolvedTemplate = {
  readonly stackName: string;
  /** In the template's order; those whose condition is false are left out. */
  readonly resources: readonly Resource[];
  /** What the stack tells of itself, by logical id; those whose condition is false are left out. */
  readonly outputs: Readonly<Record<string, unknown>>;
  ofType(type: string): readonly Resource[];
};

/**
 * Answers every intrinsic function of the template. Throws, with the place in the template, on a function or a
 * reference that it does not know: guessing would run something else than what deploys. `tablesMark` ends the names of
 * tables, where other stacks have theirs too.
 */
export function resolveTemplate(
  template: Template,
  stackName: string,
  endpoints: LocalEndpoints,
  tablesMark?: string,
): ResolvedTemplate {
  const identities = new Map<string, Identity>();
  const named = new Set<string>();

  function identity(logicalId: string, path: string): Identity {
    const known = identities.get(logicalId);
    if (known) return known;
    const declared = template.Resources[logicalId];
    if (!declared) throw new Error(`${path}: there is no resource or parameter ${logicalId}`);
    if (named.has(logicalId)) throw new Error(`${path}: the name of ${logicalId} depends on itself`);
    named.add(logicalId);
    const property = nameProperty(declared.Type);
    const own = property === undefined ? undefined : declared.Properties?.[property];
    const name =
      own === undefined
        ? generatedName(declared.Type, logicalId)
        : String(resolveValue(own, lookup, `Resources.${logicalId}.Properties.${property}`));
    const made = identify(declared.Type, { logicalId, name, endpoints });
    identities.set(logicalId, made);
    return made;
  }

  /** CloudFormation's own ends are random; here only tables can meet others of the same name. */
  function generatedName(type: string, logicalId: string): string {
    const isMarked = tablesMark !== undefined && type.startsWith('AWS::DynamoDB::');
    return isMarked ? `${stackName}-${logicalId}-${tablesMark}` : `${stackName}-${logicalId}`;
  }

  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': accountId,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
  };

  const lookup: Lookup = {
    ref(name, path) {
      const given = pseudo[name] ?? template.Parameters?.[name]?.Default;
      if (given !== undefined) return given;
      if (template.Parameters?.[name]) throw new Error(`${path}: parameter ${name} has no default value`);
      return identity(name, path).ref;
    },
    attribute(logicalId, attribute, path) {
      const value = identity(logicalId, path).attributes[attribute];
      if (value !== undefined) return value;
      const type = template.Resources[logicalId]?.Type;
      throw new Error(`${path}: the runner does not know the attribute ${attribute} of ${logicalId} (${type})`);
    },
    condition(name, path) {
      const declared = template.Conditions?.[name];
      if (declared === undefined) throw new Error(`${path}: there is no condition ${name}`);
      return resolveValue(declared, lookup, `Conditions.${name}`) === true;
    },
    mapping(keys, path) {
      const found = keys.reduce<unknown>((level, key) => asRecord(level)[key], template.Mappings ?? {});
      if (found === undefined) throw new Error(`${path}: there is no mapping ${keys.join('.')}`);
      return found;
    },
  };

  const resources = Object.entries(template.Resources).flatMap(([logicalId, declared]): Resource[] => {
    const path = `Resources.${logicalId}`;
    if (declared.Condition !== undefined && !lookup.condition(declared.Condition, path)) return [];
    const properties = asRecord(resolveValue(declared.Properties ?? {}, lookup, `${path}.Properties`));
    return [
      { ...identity(logicalId, path), logicalId, type: declared.Type, properties, metadata: declared.Metadata ?? {} },
    ];
  });
  const outputs = Object.entries(template.Outputs ?? {}).flatMap(([logicalId, { Condition, Value }]) => {
    const path = `Outputs.${logicalId}`;
    if (Condition !== undefined && !lookup.condition(Condition, path)) return [];
    return [[logicalId, resolveValue(Value, lookup, `${path}.Value`)] as const];
  });
  return {
    stackName,
    resources,
    outputs: Object.fromEntries(outputs),
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

/** The value as an object of named values; an empty one if it is anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The value as a list; an empty one if it is anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
