/** `npm run build`: builds the library, one ES module with the packages left out, and its declarations. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import { exitCodes, runCommand } from './command-line/command.ts';
import { CommandError, readOptions } from './command-line/options.ts';

const ROOT = join(import.meta.dirname, '..');
const ENTRY = 'index';

const usage = `Builds the library: one ES module with the packages left out, and its declarations.

  npm run build -- [DIR]

  DIR     into this folder (dist), which is made anew; one that holds anything but an earlier build is left alone
  --help  prints this

${exitCodes('it is built')}`;

function build(directory: string): void {
  if (existsSync(directory) && !existsSync(join(directory, `${ENTRY}.d.ts`)) && readdirSync(directory).length > 0)
    throw new CommandError(`${directory} holds something else than an earlier build.`);
  rmSync(directory, { recursive: true, force: true });
  buildSync({
    entryPoints: [join(ROOT, 'lib', `${ENTRY}.ts`)],
    outfile: join(directory, `${ENTRY}.js`),
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  const declared = mkdtempSync(join(tmpdir(), 'concord-declarations-'));
  try {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const project = join(ROOT, 'tsconfig.library.json');
    execFileSync(tsc, ['--project', project, '--outDir', declared], { stdio: 'inherit' });
    copyDeclarations(declared, directory);
  } finally {
    rmSync(declared, { recursive: true, force: true });
  }
}

/**
 * Copies the declarations that the entry reaches. tsc leaves imports as they are written, and those name sources that
 * are not shipped: here they become relative, to what is.
 */
function copyDeclarations(from: string, to: string): void {
  const reached = new Set([ENTRY]);
  for (const module of reached) {
    const text = readFileSync(join(from, `${module}.d.ts`), 'utf8').replace(
      /(['"])([#.][^'"]+)\.ts\1/g,
      (_, _quote: string, specifier: string) => {
        // `#domain/x` is lib/domain/x, as package.json says.
        const target = specifier.startsWith('#') ? specifier.slice(1) : join(dirname(module), specifier);
        reached.add(target);
        const path = relative(dirname(module), target);
        return `'${path.startsWith('.') ? path : `./${path}`}.js'`;
      },
    );
    const file = join(to, `${module}.d.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

await runCommand({
  usage,
  leaves: 'Build it again.',
  parse(args) {
    const asked = readOptions(args, {}, 'words');
    return asked === 'help' ? 'help' : (asked.words[0] ?? join(ROOT, 'dist'));
  },
  async run(directory) {
    build(directory);
    return true;
  },
});
