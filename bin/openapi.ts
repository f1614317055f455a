/**
 * `npm run openapi -- [--check]`: describes the API in docs/openapi.json, from the schemas that requests are parsed by
 * and the routes that deploy. With `--check` it writes nothing, and fails when the description there is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeApi } from '#adapters/http/openapi/describe-api.ts';
import { ROUTES } from '#infra/routes.ts';
import { KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'openapi.json');

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const current = `${JSON.stringify(describeApi({ routes: ROUTES, kinds: KIND_NAMES, version }), null, 2)}\n`;
if (!values.check) await writeFile(path, current);
else if (current !== (await readFile(path, 'utf8'))) {
  console.error('docs/openapi.json does not describe the API as it is. Run `npm run openapi`.');
  process.exitCode = 1;
}
