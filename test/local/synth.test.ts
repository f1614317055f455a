import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openShelf } from '../../local/assembly-shelf.ts';
import { type Assembly, synthesize } from '../../local/synth.ts';

const root = mkdtempSync(join(tmpdir(), 'concord-app-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A CDK app in small: it writes an assembly whose template holds the context. */
const app = `
import { mkdirSync, writeFileSync } from 'node:fs';
const { CDK_OUTDIR: directory, CDK_CONTEXT_JSON } = process.env;
const context = JSON.parse(CDK_CONTEXT_JSON ?? '{}');
if (context.broken) throw new Error('Context "stage" must be 1 to 16 letters.');
const write = (name: string, value: unknown) => writeFileSync(directory + '/' + name, JSON.stringify(value));
write('manifest.json', { artifacts: {
  Stack: { type: 'aws:cloudformation:stack', properties: { stackName: 'concord-local', templateFile: 't.json' } },
  'Stack.assets': { type: 'cdk:asset-manifest', properties: { file: 'a.json' } },
} });
write('t.json', { Resources: {}, Context: context });
write('a.json', { files: { abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'abc.zip' } } } } });
mkdirSync(directory + '/asset.abc');
`;

beforeAll(() => {
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin', 'app.ts'), app);
  writeFileSync(join(root, 'cdk.json'), JSON.stringify({ app: 'node bin/app.ts', context: { flag: true } }));
});

const placeOf = (assembly: Assembly) => assembly.assetDirectory({ S3Key: 'abc.zip' });

describe('synthesizing', () => {
  it("reads the app's template with the context of cdk.json and its own, and finds the functions' code", async () => {
    const assembly = await synthesize(root, { stage: 'local' });
    expect(assembly.stackName).toBe('concord-local');
    expect(assembly.template).toMatchObject({ Context: { flag: true, stage: 'local' } });
    const code = assembly.assetDirectory({ S3Bucket: 'assets', S3Key: 'abc.zip' });
    expect(existsSync(code)).toBe(true);
    expect(() => assembly.assetDirectory({ S3Key: 'other.zip' })).toThrow('no asset');
    assembly.release();
  });

  it('gives all that run at once, and later ones, the same assembly while nothing has changed', async () => {
    const assemblies = await Promise.all([synthesize(root, {}), synthesize(root, {})]);
    assemblies.push(await synthesize(root, {}));
    expect(new Set(assemblies.map(placeOf)).size).toBe(1);
    for (const assembly of assemblies) assembly.release();
  });

  it.each([
    ['lib/use-case.ts', 'export const changed = true;'],
    ['lambdas/api.ts', 'export const changed = true;'],
    ['bin/app.ts', `${app}// changed`],
    ['cdk.json', '{ "context": { "changed": true } }'],
    ['node_modules/.package-lock.json', '{ "changed": true }'],
  ])('synthesizes anew when %s has changed, and forgets what nobody uses any more', async (file, text) => {
    const [used, unused] = [await synthesize(root, {}), await synthesize(root, { other: 'yes' })];
    unused.release();
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    const changed = await synthesize(root, {});
    expect(placeOf(changed)).not.toBe(placeOf(used));
    expect([used, unused].map(placeOf).map(existsSync)).toEqual([true, false]);
    for (const assembly of [used, changed]) assembly.release();
  });

  it('keeps nothing of an app that failed', async () => {
    await expect(synthesize(root, { broken: 'yes' })).rejects.toThrow();
    await expect(synthesize(root, { broken: 'yes' })).rejects.toThrow('Context "stage"');
  });

  it('refuses to run what others could have written', () => {
    const parent = mkdtempSync(join(root, 'open-'));
    chmodSync(openShelf(parent), 0o777);
    expect(() => openShelf(parent)).toThrow('only you can write to');
  });

  it('shows what the app said when it fails', async () => {
    await expect(synthesize(root, { broken: 'yes' })).rejects.toThrow('Context "stage" must be 1 to 16 letters.');
  });

  it('ends when it is told to', async () => {
    await expect(synthesize(root, { late: 'yes' }, AbortSignal.timeout(1))).rejects.toThrow();
  });
});
