import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/synth.ts';

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

describe('synthesizing', () => {
  it("reads the app's template with the context of cdk.json and its own, and finds the functions' code", async () => {
    const assembly = await synthesize(root, { stage: 'local' });
    expect(assembly.stackName).toBe('concord-local');
    expect(assembly.template).toMatchObject({ Context: { flag: true, stage: 'local' } });
    const code = assembly.assetDirectory({ S3Bucket: 'assets', S3Key: 'abc.zip' });
    expect(existsSync(code)).toBe(true);
    expect(() => assembly.assetDirectory({ S3Key: 'other.zip' })).toThrow('no asset');
    await assembly.remove();
    expect(existsSync(code)).toBe(false);
  });

  it('gives two that run at once a directory each', async () => {
    const assemblies = await Promise.all([synthesize(root, {}), synthesize(root, {})]);
    const directories = assemblies.map((assembly) => assembly.assetDirectory({ S3Key: 'abc.zip' }));
    expect(new Set(directories).size).toBe(2);
    for (const assembly of assemblies) await assembly.remove();
  });

  it('shows what the app said when it fails', async () => {
    await expect(synthesize(root, { broken: 'yes' })).rejects.toThrow('Context "stage" must be 1 to 16 letters.');
  });

  it('ends when it is told to', async () => {
    await expect(synthesize(root, {}, AbortSignal.timeout(1))).rejects.toThrow();
  });
});
