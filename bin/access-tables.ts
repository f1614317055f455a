/**
 * `npm run access-tables -- [--check] [cdk.out]`: writes into docs/security.md who may call which route, and what each
 * role may do, from the synthesized template. With `--check` it writes nothing, and fails when the tables there are out
 * of date. Without a directory the app is synthesized.
 */
import { join } from 'node:path';
import { readAssembly, synthesize } from '#local/synth.ts';
import { resolveTemplate } from '#local/template.ts';
import { permissionTable, routeTable } from './access-tables/tables.ts';
import { runPage, withTable } from './command-line/page.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'security.md');

async function readTemplate(directory: string | undefined) {
  const release = () => {};
  const assembly =
    directory === undefined
      ? await synthesize(root, { stage: 'local', stripeReadKey: 'own' })
      : { ...(await readAssembly(directory)), release };
  try {
    return resolveTemplate(assembly.template, assembly.stackName, { api: '', webhook: '' });
  } finally {
    assembly.release();
  }
}

await runPage({
  name: 'access-tables',
  path,
  says: 'Writes into docs/security.md who may call which route, and what each role may do.',
  async make(document, directory) {
    const template = await readTemplate(directory);
    return withTable(withTable(document, 'routes', routeTable(template)), 'roles', permissionTable(template));
  },
});
