import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOMS = ['bin', 'lib', 'lambdas', 'local'];

/** The names of the arrows that do not hold in a checkout. */
function brokenArrows(directory: string): string[] {
  const config = join(process.cwd(), '.dependency-cruiser.cjs');
  const cruise = join(process.cwd(), 'node_modules', '.bin', 'depcruise');
  const args = ['--config', config, '--output-type', 'json', ...ROOMS];
  const { stdout } = spawnSync(cruise, args, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return summary.violations.map(({ rule }) => rule.name);
}

describe('imports', () => {
  it('run one way', () => {
    expect(brokenArrows(process.cwd())).toEqual([]);
  });

  it.each([
    ['lib/domain/planted.ts', "import '../ports/records.ts';", 'domain-imports-nothing'],
    ['lib/domain/planted.ts', "import 'node:fs';", 'domain-imports-nothing'],
    ['lib/ports/planted.ts', "import 'stripe';", 'ports-know-the-domain'],
    ['lib/use-cases/planted.ts', "import '#adapters/system/system.ts';", 'use-cases-know-ports'],
    ['lib/adapters/stripe/planted.ts', "import '@aws-sdk/client-sqs';", 'adapter-stripe-knows-its-sdk'],
    ['lib/adapters/stripe-webhook/planted.ts', "import 'stripe';", 'adapter-stripe-webhook-knows-its-sdk'],
    ['lib/service/planted.ts', "import '#infra/config.ts';", 'service-wires'],
    ['lib/infra/planted.ts', "import '#domain/email.ts';", 'infra-knows-the-cdk'],
    ['local/planted.ts', "import '#domain/email.ts';", 'local-runs-the-synthesized-stack'],
    ['lambdas/planted.ts', "import '#local/clock.ts';", 'nothing-deployed-knows-the-runner'],
  ])('are refused when %s has %s', (file, text, rule) => {
    const directory = mkdtempSync(join(tmpdir(), 'concord-arrows-'));
    try {
      for (const part of [...ROOMS, 'package.json', 'tsconfig.json'])
        cpSync(part, join(directory, part), { recursive: true });
      symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
      writeFileSync(join(directory, file), `${text}\n`);
      expect(brokenArrows(directory)).toContain(rule);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
