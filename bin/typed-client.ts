/** `npm run typed-client`: makes the types of examples/typed-client from docs/openapi.json. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, runCommand } from './command-line/command.ts';
import { readOptions } from './command-line/options.ts';

const root = join(import.meta.dirname, '..');
const description = join(root, 'docs', 'openapi.json');
const types = join(root, 'examples', 'typed-client', 'concord-api.d.ts');

const usage = `Makes the types of examples/typed-client from docs/openapi.json. The generator is fetched from the registry for it.

  npm run typed-client

  --help  prints this

${exitCodes('the types are made')}`;

await runCommand({
  usage,
  leaves: 'The types are as they were.',
  parse: (args) => readOptions(args, {}),
  async run() {
    // With the TypeScript whose compiler it calls: see docs/decisions/0020.
    const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].map((name) => `--package=${name}`);
    const command = ['exec', '--yes', '--prefer-offline', ...packages, '--', 'openapi-typescript', description];
    const generated = execFileSync('npm', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    const digest = createHash('sha256').update(readFileSync(description)).digest('hex');
    writeFileSync(types, `// Made by \`npm run typed-client\` of docs/openapi.json, sha256 ${digest}.\n${generated}`);
    return true;
  },
});
