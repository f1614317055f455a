import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const CHECKOUT = join(import.meta.dirname, '..', '..');
const LAMBDAS = join(CHECKOUT, 'lambdas');
const PAGE = join(LAMBDAS, 'console');
const built = new Set<string>();

/**
 * The directory of one Lambda entry's bundle. What is bundled is exactly what deploys and what the runner runs: ESM,
 * minified, nothing taken from the runtime's own SDK. All entries are built at once, when the first is asked for.
 */
export function bundleEntry(entry: string, outputDirectory: string): string {
  if (!built.has(outputDirectory)) {
    buildAll(outputDirectory);
    buildPage(join(outputDirectory, 'console', 'page'));
    built.add(outputDirectory);
  }
  return join(outputDirectory, entry);
}

/** How every entry is bundled. */
export const BUNDLING = {
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Every client of the SDK brings the whole chain of places where credentials could be, and uses one.
  alias: { '@aws-sdk/credential-provider-node': join(CHECKOUT, 'lib/adapters/system/function-credentials.ts') },
  // The few CommonJS packages in the bundles call `require` for Node's own modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'error',
} satisfies BuildOptions;

/** Each entry by the name of its bundle. */
export function bundledEntries(): Readonly<Record<string, string>> {
  const entries = readdirSync(LAMBDAS).filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(entries.map((file) => [`${parse(file).name}/index`, join(LAMBDAS, file)]));
}

function buildAll(outputDirectory: string): void {
  buildSync({
    ...BUNDLING,
    entryPoints: { ...bundledEntries() },
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
  });
}

/** The operator's page lies beside the function that serves it: all of its script is one file, and nothing is fetched. */
export function buildPage(outputDirectory: string): void {
  buildSync({
    entryPoints: ['main.tsx', 'index.html', 'style.css', 'icon.svg'].map((file) => join(PAGE, file)),
    outdir: outputDirectory,
    loader: { '.html': 'copy', '.svg': 'copy' },
    bundle: true,
    minify: true,
    target: ['es2022'],
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
  });
}
