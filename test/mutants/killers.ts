import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { collecting, type Test } from './harness.ts';

/** Tests within one process that take little time: who has to notice a mutant. */
const KILLERS = [
  'test/domain/*.test.ts',
  'test/use-cases/*/*.test.ts',
  'test/contracts/*.test.ts',
  'test/adapters/{memory,dynamodb}/*.test.ts',
  'test/repair/{begin-to-follow,cleanup,cleanup-claims,guards,kinds,pieces,runs,runs-begin,runs-fix,together}.test.ts',
  'test/simulation/{reconcile,cleanup}.test.ts',
  'test/models/models.test.ts',
  'test/mutants/*.killers.ts',
];

/** All killers with the mutated sources, as the text of one script that expects Jest's words and `inFile`. */
export async function bundleKillers(sources: ReadonlyMap<string, string>): Promise<string> {
  const files = KILLERS.flatMap((pattern) => globSync(pattern)).toSorted();
  const mutated = new Map([...sources].map(([file, text]) => [resolve(file), text]));
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `inFile(${JSON.stringify(file)}); require('./${file}');`).join('\n'),
      resolveDir: process.cwd(),
    },
    ...{ bundle: true, write: false, platform: 'node', format: 'cjs', packages: 'external', target: 'es2024' },
    logLevel: 'error',
    plugins: [
      {
        name: 'mutated',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = mutated.get(path);
            return contents === undefined ? undefined : { contents, loader: 'ts' };
          }),
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** Evaluates the script: its tests, by their files and names. */
export function loadKillers(script: string, require: NodeJS.Require): readonly Test[] {
  const { tests, words } = collecting();
  Object.assign(globalThis, words);
  const directory = join(process.cwd(), 'test');
  new Function('require', 'module', 'exports', '__dirname', script)(require, { exports: {} }, {}, directory);
  return tests;
}
