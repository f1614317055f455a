import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImport, startImport } from '../../import/running-import.ts';
import { dashboard } from '../../stack/dashboard.ts';
import type { Stack } from '../../stack/stack.ts';
import { createCustomer, type Deed, type Story } from './story.ts';

const LOOK_EVERY_MS = 20;

/** An import that the runner cannot kill, since it is no function: it is killed here where a fault says so. */
function importing(stack: Stack, args: readonly string[], clean: () => void = () => {}): Deed {
  return {
    async act() {
      const { process, ended } = startImport(stack, args);
      let isOver = false;
      const over = ended
        .catch(() => {})
        .finally(() => {
          isOver = true;
        });
      while (!isOver) {
        const isKilled = (await stack.calls()).some((call) => call.function === 'script' && isKill(call.fault));
        if (isKilled) process.kill('SIGKILL');
        await Promise.race([over, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))]);
      }
    },
    takeOver: () => runImport(stack, args),
    async end() {
      const { code, errors, report } = await runImport(stack, args);
      clean();
      return code === 0 ? [] : [`The import ended with ${code}: ${errors} ${JSON.stringify(report)}`];
    },
  };
}

function isKill(fault: string | undefined): boolean {
  return fault === 'kill-before' || fault === 'kill-after';
}

export const BY_IMPORT: readonly Story[] = [
  {
    name: 'import from Stripe',
    async prepare(stack, n) {
      await createCustomer(stack, n);
      await stack.settle();
      await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
      await dashboard(stack).customers.create({ name: 'There before', email: `before-${n}@example.com` });
      await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
      return importing(stack, ['--from', 'stripe']);
    },
  },
  {
    name: 'import from CSV',
    async prepare(stack, n) {
      const directory = mkdtempSync(join(tmpdir(), 'concord-import-'));
      const file = join(directory, 'customers.csv');
      writeFileSync(file, `name,email\nListed,listed-${n}@example.com\n`);
      return importing(stack, ['--from', 'csv', '--file', file], () => rmSync(directory, { recursive: true }));
    },
  },
];
