import { asRecord, type Resource } from './template.ts';

/** A task without a timeout has this one: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const longestTaskSeconds = 99_999_999;

/** The Amazon States Language definition of a state machine. Throws when the runner could not run it at all. */
export function definitionOf({ logicalId, properties }: Resource): Readonly<Record<string, unknown>> {
  const text = properties['DefinitionString'] ?? JSON.stringify(properties['Definition'] ?? null);
  const substitutions = asRecord(properties['DefinitionSubstitutions']);
  const filled = String(text).replace(/\$\{([A-Za-z0-9_]+)\}/g, (all, key: string) =>
    String(substitutions[key] ?? all),
  );
  const definition = asRecord(JSON.parse(filled));
  if (!definition['States']) throw new Error(`${logicalId}: the runner runs definitions that stand in the template`);
  if (properties['StateMachineType'] === 'EXPRESS') throw new Error(`${logicalId}: the runner runs standard workflows`);
  return definition;
}

/** What the engine ignores or does not have. */
const unsupported: readonly (readonly [what: string, mark: RegExp])[] = [
  ['JSONata', /"QueryLanguage":"JSONata"/],
  ['distributed Map', /"Mode":"DISTRIBUTED"/],
  ['heartbeats', /"HeartbeatSeconds(Path)?":/],
  ['$$.State and $$.Task of the context object', /\$\$\.(State|Task)\b/],
];

/** The engine's own default for a task is a minute; AWS has practically none. */
export function withTaskTimeouts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTaskTimeouts);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  const entries = Object.entries(record).map(([key, inner]) => [key, withTaskTimeouts(inner)]);
  const timed = 'TimeoutSeconds' in record || 'TimeoutSecondsPath' in record;
  const bare = record['Type'] === 'Task' && typeof record['Resource'] === 'string' && !timed;
  return { ...(bare && { TimeoutSeconds: longestTaskSeconds }), ...Object.fromEntries(entries) };
}

/** Names what of a definition is ignored, so that nobody relies on it here. */
export function findUnsupported(definition: unknown): readonly string[] {
  const text = JSON.stringify(definition);
  return unsupported.filter(([, mark]) => mark.test(text)).map(([what]) => what);
}
