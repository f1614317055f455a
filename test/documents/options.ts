import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PutSecretValueCommandInput } from '@aws-sdk/client-secrets-manager';
import type { StartMessageMoveTaskCommandInput } from '@aws-sdk/client-sqs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Options that every `aws` command takes. */
const AWS_GLOBAL = ['--query', '--output', '--region', '--profile'];
/** Those of the operations that documents name: the members of the operation's input. */
const AWS_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'cloudformation describe-stacks': ['StackName'],
  'lambda invoke': ['FunctionName'],
  'secretsmanager put-secret-value': ['SecretId', 'SecretString'] satisfies (keyof PutSecretValueCommandInput)[],
  'sqs start-message-move-task': ['SourceArn'] satisfies (keyof StartMessageMoveTaskCommandInput)[],
};

/** The options of a command that what it calls does not take; the command itself when there is no such. */
export function unknownOptions(command: string): string[] {
  const options = [...command.matchAll(/(?<=\s)--[a-z][\w-]*/g)].map(([option]) => option);
  const known = knownOptions(command);
  if (known === undefined) return [command];
  return options.filter((option) => !known.includes(option));
}

/** Nothing for what is neither npm's, the CDK's nor AWS's; `undefined` when there is no such command. */
function knownOptions(command: string): readonly string[] | undefined {
  const [, script] = /\bnpm (?:run )?(?:-s )?([\w:-]+)/.exec(command) ?? [];
  if (/\bnpm /.test(command)) return script === 'install' ? [] : optionsOfScript(script ?? '');
  if (/^npx cdk /.test(command)) return optionsOfCdk(command.split(' ')[2] ?? '');
  if (!/^aws /.test(command)) return [...command.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option);
  const inputs = AWS_INPUTS[command.split(' ').slice(1, 3).join(' ')];
  return (
    inputs && [
      ...AWS_GLOBAL,
      ...inputs.map((name) => `-${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`),
    ]
  );
}

/** All that the help of a script speaks of, as it stands in the sources of its command. */
function optionsOfScript(name: string): readonly string[] | undefined {
  const [, file = ''] = /^node (\S+)\.ts/.exec(scripts[name] ?? '') ?? [];
  if (scripts[name] === undefined) return undefined;
  const sources = [`${file}.ts`, ...filesOf(file), ...filesOf('bin/api')].filter((source) => existsSync(source));
  const text = sources.map((source) => readFileSync(source, 'utf8')).join('\n');
  const named = [...text.matchAll(/option: '([a-z-]+)'/g)].map(([, option]) => `--${option}`);
  return ['--help', ...named, ...[...text.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option)];
}

function filesOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(directory, entry.name)] : [],
  );
}

type CdkCommand = { readonly options?: Readonly<Record<string, unknown>> };

/** By the registry that the CDK's own command line is made of. */
function optionsOfCdk(subcommand: string): readonly string[] | undefined {
  const file = 'node_modules/aws-cdk/lib/cli/cli-type-registry.json';
  const { globalOptions, commands } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly globalOptions: Readonly<Record<string, unknown>>;
    readonly commands: Readonly<Record<string, CdkCommand>>;
  };
  const command = commands[subcommand];
  return command && Object.keys({ ...globalOptions, ...command.options }).map((name) => `--${name}`);
}
