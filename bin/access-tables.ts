/**
 * `npm run access-tables -- [--check] [cdk.out]`: writes into docs/security.md who may call which route, and what each
 * role may do, from the synthesized template. With `--check` it writes nothing, and fails when the tables there are out
 * of date. Without a directory the app is synthesized.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAssembly, synthesize } from '#local/synth.ts';
import { resolveTemplate } from '#local/template.ts';
import { permissionTable, routeTable } from './access-tables/tables.ts';

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

/** Replaces what stands between the two marks of a table. */
function withTable(document: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name}: written by \`npm run access-tables\` -->`, `<!-- /${name} -->`];
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${path} has no place for the table ${name}.`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const template = await readTemplate(positionals[0]);
const document = await readFile(path, 'utf8');
const current = withTable(withTable(document, 'routes', routeTable(template)), 'roles', permissionTable(template));
if (!values.check) await writeFile(path, current);
else if (current !== document) {
  console.error('docs/security.md does not show who may do what as it is. Run `npm run access-tables`.');
  process.exitCode = 1;
}
