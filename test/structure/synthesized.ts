import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Resource = {
  readonly Type: string;
  readonly Properties: Record<string, never>;
  readonly DeletionPolicy?: string;
};

/**
 * Synthesizes this checkout with a context, and with cdk.json's; the template and the bundles are then in `directory`. CloudFormation's rules
 * take half of the time; who only reads the template can do without them.
 */
export function synthesize(context: Record<string, string>, directory: string, { validates = true } = {}): void {
  execFileSync(process.execPath, ['bin/app.ts'], {
    env: {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...JSON.parse(readFileSync('cdk.json', 'utf8')).context, ...context }),
      ...(!validates && { CDK_VALIDATION: 'false' }),
    },
    stdio: 'pipe',
  });
}

/** The resources of the template there, by logical id, and the names of its outputs. */
export function readTemplate(directory: string): {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: readonly string[];
} {
  const template = JSON.parse(readFileSync(join(directory, 'Concord.template.json'), 'utf8'));
  return { resources: template.Resources, outputs: Object.keys(template.Outputs) };
}

type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

/** The stack of a stage, to be asked about once it is synthesized. */
export type SynthesizedStack = {
  readonly directory: string;
  byId(): Readonly<Record<string, Resource>>;
  outputs(): readonly string[];
  ofType(type: string): readonly Resource[];
  functionNamed(name: string): Resource;
  /** What roles may do, each with the policy that says so. */
  statements(): readonly { readonly policy: string; readonly statement: Statement }[];
};

/** The stack that is synthesized into `directory` for the stage prod. Its template is read once. */
export function stackIn(directory: string): SynthesizedStack {
  let read: ReturnType<typeof readTemplate> | undefined;
  const template = () => {
    read ??= readTemplate(directory);
    return read;
  };
  const byId = () => template().resources;
  const ofType = (type: string) => Object.values(byId()).filter(({ Type }) => Type === type);
  return {
    ...{ directory, byId, ofType },
    outputs: () => template().outputs,
    functionNamed: (name) =>
      ofType('AWS::Lambda::Function').find(
        ({ Properties }) => Properties['FunctionName'] === `concord-prod-${name}`,
      ) as Resource,
    statements: () =>
      Object.entries(byId())
        .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
        .flatMap(([policy, { Properties }]) =>
          (Properties['PolicyDocument'] as unknown as { Statement: Statement[] }).Statement.map((statement) => ({
            policy,
            statement,
          })),
        ),
  };
}

type Validation = {
  readonly pluginReports: readonly {
    readonly conclusion: string;
    readonly suppressedViolations?: readonly { readonly ruleName: string }[];
  }[];
};

/** Whether all rules were kept when the template there was synthesized, and which ones are acknowledged as broken. */
export function readValidation(directory: string) {
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as Validation;
  const broken = pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
  return {
    isSuccess: pluginReports.length > 0 && pluginReports.every(({ conclusion }) => conclusion === 'success'),
    acknowledged: [...new Set(broken.map(({ ruleName }) => ruleName))].sort(),
  };
}
