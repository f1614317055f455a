import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeFromShelf } from './assembly-shelf.ts';
import { compileCacheDirectory } from './compile-cache.ts';
import { asRecord, type Template } from './template.ts';

/** The synthesized stack: its template, and the directories of its functions' code. */
export type Assembly = {
  readonly stackName: string;
  readonly template: Template;
  /** The directory that holds what `Code: {S3Bucket, S3Key}` names. Throws if the assembly has no such asset. */
  assetDirectory(code: Readonly<Record<string, unknown>>): string;
  /** Where compiled bundles are kept for later environments. It is of no use to other assemblies: their paths differ. */
  readonly compileCacheDirectory: string;
  /** Says that its files are not used any more: a later start may delete them. */
  release(): void;
};

/**
 * Synthesizes the CDK app of the checkout in `root`, or takes what an earlier start synthesized from the same sources.
 *
 * Throws with what the app wrote to stderr when it does not synthesize.
 */
export async function synthesize(
  root: string,
  given: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Assembly> {
  const cdk = asRecord(await readJson(join(root, 'cdk.json')));
  const context = { ...asRecord(cdk['context']), ...given };
  const make = (directory: string) => runApp(root, directory, context, signal);
  const { directory, release } = await takeFromShelf(root, context, make);
  return { ...(await readAssembly(directory)), release };
}

function runApp(root: string, directory: string, context: object, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('bin', 'app.ts')], {
      cwd: root,
      env: {
        ...process.env,
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify(context),
        NODE_COMPILE_CACHE: compileCacheDirectory(root),
        // CloudFormation's rules are for `npm run synth` to check; here they would take half of the start.
        CDK_VALIDATION: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
    });
    // Not before it has closed: until then it may still write into the directory that a failure deletes.
    child.on('close', (code) => {
      if (failure) reject(failure);
      else if (code === 0) resolve();
      else reject(new Error(`The stack does not synthesize (node bin/app.ts):\n${Buffer.concat(output).toString()}`));
    });
  });
}

/** Reads the cloud assembly in `directory`, which must hold exactly one stack. */
export async function readAssembly(directory: string): Promise<Omit<Assembly, 'release'>> {
  const artifacts = Object.entries(asRecord(asRecord(await readJson(join(directory, 'manifest.json')))['artifacts']));
  const ofType = (type: string) => artifacts.filter(([, artifact]) => asRecord(artifact)['type'] === type);
  const stacks = ofType('aws:cloudformation:stack');
  const [stack] = stacks;
  if (!stack || stacks.length > 1) throw new Error(`The runner runs one stack; the app has ${stacks.length}`);
  const [artifactId, properties] = [stack[0], asRecord(asRecord(stack[1])['properties'])];

  const directories = new Map<string, string>();
  for (const [, artifact] of ofType('cdk:asset-manifest')) {
    const manifest = await readJson(join(directory, String(asRecord(asRecord(artifact)['properties'])['file'])));
    for (const file of Object.values(asRecord(asRecord(manifest)['files']))) {
      const source = join(directory, String(asRecord(asRecord(file)['source'])['path']));
      for (const destination of Object.values(asRecord(asRecord(file)['destinations']))) {
        directories.set(String(asRecord(destination)['objectKey']), source);
      }
    }
  }
  return {
    compileCacheDirectory: join(directory, 'compiled'),
    stackName: String(properties['stackName'] ?? artifactId),
    template: (await readJson(join(directory, String(properties['templateFile'])))) as Template,
    assetDirectory(code) {
      const found = directories.get(String(code['S3Key']));
      if (found === undefined) throw new Error(`The assembly has no asset for ${JSON.stringify(code)}`);
      return found;
    },
  };
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
