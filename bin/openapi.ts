/**
 * `npm run openapi -- [--check]`: describes the API in docs/openapi.json, from the schemas that requests are parsed by
 * and the routes that deploy. With `--check` it writes nothing, and fails when the description there is out of date.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeApi } from '#adapters/http/openapi/describe-api.ts';
import { ROUTES } from '#infra/routes.ts';
import { KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';
import { runPage } from './command-line/page.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'openapi.json');

await runPage({
  name: 'openapi',
  path,
  says: 'Describes the API in docs/openapi.json, from the schemas that requests are parsed by and the routes that deploy.',
  async make() {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return `${JSON.stringify(describeApi({ routes: ROUTES, kinds: KIND_NAMES, version }), null, 2)}\n`;
  },
});
