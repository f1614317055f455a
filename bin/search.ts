/** `npm run faults`, `orders`, `models`, …: the long searches that Jest runs, with their options. */
import { once } from 'node:events';
import { join } from 'node:path';
import { exitCodes, runCommand } from './command-line/command.ts';
import { CommandError, readOptions, TEXT } from './command-line/options.ts';
import { spawnInOwnGroup } from './command-line/own-group.ts';
import { SEARCHES, type Search } from './search/searches.ts';

const root = join(import.meta.dirname, '..');
const [name = '', ...args] = process.argv.slice(2);
const search = SEARCHES[name];
if (search === undefined) throw new Error(`There is no search ${name}: there are ${Object.keys(SEARCHES).join(', ')}.`);

const usageOf = ({ says, takes, options = [] }: Search) => `${says}

  npm run ${[name, ...(options.length > 0 ? ['--'] : []), ...options.map(({ option, value }) => `[--${option} ${value}]`)].join(' ')}

${options.map(({ option, value, says: told, variable }) => `  ${`--${option} ${value}`.padEnd(16)} ${told} (or ${variable} in the environment)\n`).join('')}  ${'--help'.padEnd(16)} prints this

It takes ${takes}.

${exitCodes('nothing was found', 'something was, which is printed')}`;

/** The environment in which Jest is to run. */
function parse({ options = [], environment = {} }: Search): Readonly<Record<string, string>> | 'help' {
  const asked = readOptions(args, Object.fromEntries(options.map(({ option }) => [option, TEXT])));
  if (asked === 'help') return 'help';
  const given: Record<string, string> = { ...environment };
  for (const { option, variable, preset, pattern, isThere = () => true } of options) {
    const value = asked.values[option] ?? process.env[variable] ?? preset;
    if (value === undefined) continue;
    if (!pattern.test(value) || !isThere(value))
      throw new CommandError(`--${option} cannot be ${value}. --help says what it can be.`);
    given[variable] = String(value);
  }
  return given;
}

async function run(environment: Readonly<Record<string, string>>, { tests }: Search, interrupted: AbortSignal) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...process.env, ...environment };
  // Jest ends none of the stacks that tests have started when it is ended itself.
  const { child } = spawnInOwnGroup(
    [jest, ...tests],
    { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
    interrupted,
  );
  const [code] = await once(child, 'exit');
  return code === 0;
}

await runCommand({
  usage: usageOf(search),
  leaves: 'What it had found is above; the stacks that it had started end too.',
  parse: () => parse(search),
  run: (environment, interrupted) => run(environment, search, interrupted),
});
