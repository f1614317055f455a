import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { PlantedBug } from '../stack/planted-bug.ts';

type Everything = typeof import('./everything.ts');
type Stories = typeof import('../models/stories.ts');

/** The simulation of this checkout without some guards. */
export function everythingWith(bugs: readonly PlantedBug[]): Promise<Everything> {
  return moduleWith<Everything>('test/simulation/everything.ts', bugs);
}

/** The models of this checkout without some guards. */
export function storiesWith(bugs: readonly PlantedBug[]): Promise<Stories> {
  return moduleWith<Stories>('test/models/stories.ts', bugs);
}

/** A module of this checkout, with all that it imports, without some guards: compiled in memory, nothing is written. */
export async function moduleWith<Module extends object>(entry: string, bugs: readonly PlantedBug[]): Promise<Module> {
  const planted = new Map<string, string>();
  for (const { file, guard, without } of bugs) {
    const path = join(process.cwd(), file);
    const parts = (planted.get(path) ?? readFileSync(path, 'utf8')).split(guard);
    if (parts.length !== 2) throw new Error(`The guard stands ${parts.length - 1} times in ${file}: ${guard}`);
    planted.set(path, parts.join(without));
  }
  const { outputFiles } = await build({
    entryPoints: [join(process.cwd(), entry)],
    ...{ bundle: true, write: false, platform: 'node', format: 'cjs', packages: 'external' },
    plugins: [
      {
        name: 'planted',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = planted.get(path);
            return contents === undefined ? undefined : { contents, loader: 'ts' };
          }),
      },
    ],
  });
  const module = { exports: {} as Module };
  const load = new Function('require', 'module', 'exports', outputFiles[0]?.text ?? '');
  load(createRequire(join(process.cwd(), 'package.json')), module, module.exports);
  return module.exports;
}
