import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOMS = ['bin', 'lib', 'lambdas', 'local'];

/** Lines that are to be refused: where they stand, what they say, and by which arrow. */
const REFUSED = [
  ['lib/domain', "import '../ports/records.ts';", 'domain-imports-nothing'],
  ['lib/domain', "import 'node:fs';", 'domain-imports-nothing'],
  ['lib/ports', "import 'stripe';", 'ports-know-the-domain'],
  ['lib/use-cases', "import '#adapters/system/system.ts';", 'use-cases-know-ports'],
  ['lib/adapters/stripe', "import '@aws-sdk/client-sqs';", 'adapter-stripe-knows-its-sdk'],
  ['lib/adapters/stripe-webhook', "import 'stripe';", 'adapter-stripe-webhook-knows-its-sdk'],
  ['lib/service', "import '#infra/config.ts';", 'service-wires'],
  ['lib/infra', "import '#domain/email.ts';", 'infra-knows-the-cdk'],
  ['local', "import '#domain/email.ts';", 'local-runs-the-synthesized-stack'],
  ['lambdas', "import '#local/clock.ts';", 'nothing-deployed-knows-the-runner'],
  ['lambdas', "import './console/words.ts';", 'console-is-in-no-bundle'],
  ['lambdas/console', "import 'node:fs';", 'console-calls-the-api'],
] as const;

/** The arrows that do not hold in a checkout, and in which file. */
function brokenArrows(directory: string): string[] {
  const config = join(process.cwd(), '.dependency-cruiser.cjs');
  const cruise = join(process.cwd(), 'node_modules', '.bin', 'depcruise');
  const args = ['--config', config, '--output-type', 'json', ...ROOMS];
  const { stdout } = spawnSync(cruise, args, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
}

describe('imports', () => {
  it('run one way', () => {
    expect(brokenArrows(process.cwd())).toEqual([]);
  });

  it('are refused when they do not', () => {
    const directory = mkdtempSync(join(tmpdir(), 'concord-arrows-'));
    try {
      for (const part of [...ROOMS, 'docs/openapi.json', 'package.json', 'tsconfig.json'])
        cpSync(part, join(directory, part), { recursive: true });
      symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
      const wanted = REFUSED.map(([room, line, rule], nth) => {
        const file = `${room}/planted-${nth}.ts`;
        writeFileSync(join(directory, file), `${line}\n`);
        return `${file}: ${rule}`;
      });
      // One line may break two arrows.
      expect(brokenArrows(directory)).toEqual(expect.arrayContaining(wanted));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
