import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const CONSUMER = `
import { createCustomerService, type Customer, makeIdempotentByKey, ProblemError, withLeases } from 'concord';

const customers = createCustomerService({ catalogTable: 'catalog', sagaArn: 'arn', pokesQueueUrl: 'http://queue' });
export const create = (): Promise<Customer> => customers.createCustomer({ name: 'Ann', email: 'ann@example.com' });
// @ts-expect-error: an email is a text.
export const wrong = () => customers.createCustomer({ name: 'Ann', email: 1 });
export const once = makeIdempotentByKey(async (id: string, cents: number) => ({ id, cents }), {
  ephemeralTable: 'ephemeral',
  name: 'pay',
  keyOf: (id) => id,
});
// @ts-expect-error: it still takes what the function takes.
export const wrongToo = () => once(1);

const done = await withLeases('memory')(['name'], { durationMs: 1000 }, async (lease) => lease.fences['name']);
const refused = await customers.createCustomer({ name: '', email: '' }).catch((error: unknown) => error);
if (refused instanceof ProblemError) console.log(done, refused.problem.type);
`;

describe('the package', () => {
  const project = mkdtempSync(join(tmpdir(), 'concord-consumer-'));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('gives a strict TypeScript project its types, and Node its code, by its dependencies alone', () => {
    const modules = join(project, 'node_modules');
    const installed = join(modules, 'concord');
    mkdirSync(installed, { recursive: true });
    execFileSync(process.execPath, ['bin/build-library.ts', join(installed, 'dist')]);
    cpSync('package.json', join(installed, 'package.json'));
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
    for (const name of [...Object.keys(dependencies), '@types/node']) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(process.cwd(), 'node_modules', name), join(modules, name));
    }
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(project, 'consumer.ts'), CONSUMER);

    const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--types', 'node'];
    const modern = ['--module', 'nodenext', '--target', 'es2023'];
    const tsc = join(process.cwd(), 'node_modules', '.bin', 'tsc');
    execFileSync(tsc, [...strict, ...modern, 'consumer.ts'], { cwd: project, stdio: 'inherit' });
    const said = execFileSync(process.execPath, ['consumer.js'], {
      cwd: project,
      env: { ...process.env, AWS_REGION: 'us-east-1' },
      encoding: 'utf8',
    });
    expect(said).toBe('1 validation\n');
  });
});
