import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHECKOUT = ['bin', 'lib', 'lambdas', 'local', 'docs', 'package.json', 'tsconfig.json', 'cdk.json'];

function sagaGraph(checkout: string, ...args: string[]) {
  return spawnSync(process.execPath, ['bin/saga-graph.ts', ...args], { cwd: checkout, encoding: 'utf8' });
}

describe('docs/saga.md', () => {
  it('shows the saga that is synthesized', () => {
    const { status, stderr } = sagaGraph(process.cwd(), '--check');
    expect([status, stderr]).toEqual([0, '']);
  });

  it('is found out when it shows another one, and mended', () => {
    const directory = mkdtempSync(join(tmpdir(), 'concord-graph-'));
    try {
      for (const part of CHECKOUT) cpSync(part, join(directory, part), { recursive: true });
      symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
      const app = spawnSync(process.execPath, ['bin/app.ts'], {
        cwd: directory,
        env: { ...process.env, CDK_OUTDIR: join(directory, 'cdk.out'), CDK_VALIDATION: 'false' },
      });
      expect(app.status).toBe(0);
      const path = join(directory, 'docs', 'saga.md');
      const document = readFileSync(path, 'utf8');
      const stale = document.replace('Apply --> Resolve: caught', 'Apply --> Done: caught');
      writeFileSync(path, stale);

      const check = sagaGraph(directory, '--check', 'cdk.out');
      expect([check.status, check.stderr]).toEqual([1, expect.stringContaining('npm run saga-graph')]);
      expect(readFileSync(path, 'utf8')).toBe(stale);
      expect(sagaGraph(directory, 'cdk.out').status).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(document);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
