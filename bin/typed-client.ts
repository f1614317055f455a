/**
 * `npm run typed-client`: makes the types of examples/typed-client from docs/openapi.json. The generator is fetched for
 * it, with the TypeScript whose compiler it calls: see docs/decisions/0020.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const description = join(root, 'docs', 'openapi.json');
const types = join(root, 'examples', 'typed-client', 'concord-api.d.ts');

const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].map((name) => `--package=${name}`);
const command = ['exec', '--yes', '--prefer-offline', ...packages, '--', 'openapi-typescript', description];
const generated = execFileSync('npm', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const digest = createHash('sha256').update(readFileSync(description)).digest('hex');
writeFileSync(types, `// Made by \`npm run typed-client\` of docs/openapi.json, sha256 ${digest}.\n${generated}`);
