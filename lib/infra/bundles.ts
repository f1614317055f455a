import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Bundles one Lambda entry into a directory of its own and returns that directory. What is bundled is exactly what
 * deploys and what the runner runs: ESM, minified, nothing taken from the runtime's own SDK.
 */
export function bundleEntry(name: string, outputDirectory: string): string {
  const directory = join(outputDirectory, name);
  buildSync({
    entryPoints: [join(import.meta.dirname, '..', '..', 'lambdas', `${name}.ts`)],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // The few CommonJS packages in the bundles call `require` for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return directory;
}
