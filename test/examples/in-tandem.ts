import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type CrmDouble, startCrmDouble } from '../../examples/second-integration/double/server.ts';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { inPlantedCopy, type PlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

/** All that registers it, besides its folder: what the example's README says. */
export const REGISTERED: readonly PlantedBug[] = [
  { file: 'lib/domain/integrations.ts', guard: "['stripe'] as const", without: "['stripe', 'crm'] as const" },
  {
    file: 'lambdas/wiring/followers.ts',
    guard: 'const WIRED: Readonly<Record<FollowerName, Wired>> = {};',
    without:
      "import { crm } from '#adapters/crm/crm.ts';\nconst WIRED: Readonly<Record<FollowerName, Wired>> = { crm };",
  },
];

export type Tandem = {
  readonly stack: Stack;
  readonly crm: CrmDouble;
  readonly stripe: ReturnType<typeof dashboard>;
  /** Somebody at the CRM makes, changes or deletes a contact. */
  atCrm(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<{ readonly id: string }>;
  /** Runs a schedule, and lets everything come of it. */
  run(schedule: string): Promise<unknown>;
  pass(seconds: number): Promise<void>;
  /** What is wrong between the catalog and Stripe, as if there were no other integration. */
  violations(): Promise<readonly string[]>;
};

/** Runs `use` on the stack of a copy of this checkout in which the example is registered, with its double. */
export async function inTandem(use: (tandem: Tandem) => Promise<void>): Promise<void> {
  let aheadMs = 0;
  const crm = await startCrmDouble(0, () => Date.now() + aheadMs);
  const env = { CRM_CREDENTIALS: JSON.stringify({ url: crm.url, token: 'crm_test' }) };
  try {
    await inPlantedCopy(REGISTERED, async (directory) => {
      cpSync(join(process.cwd(), 'examples/second-integration/adapter'), join(directory, 'lib/adapters/crm'), {
        recursive: true,
      });
      const stack = await startStack({ directory, env });
      const pass = async (seconds: number) => {
        const { now } = await stack.control$('POST', '/clock', { advance_seconds: seconds });
        aheadMs = Date.parse(String(now)) - Date.now();
      };
      const atCrm = async (method: string, path: string, body?: object) => {
        await pass(0);
        const reply = crm.answer({ method, path, ...(body !== undefined && { body }) });
        if (reply.status !== 200) throw new Error(`The CRM answered ${reply.status}.`);
        return reply.body as { id: string };
      };
      const run = async (schedule: string) => {
        const result = await stack.control$('POST', `/schedules/${schedule}/run`);
        await stack.settle();
        return result;
      };
      const judge = async () => {
        const world = await readWorld(stack);
        const items = world.items.filter(({ pk }) => !pk.startsWith('LINK#crm#'));
        return violations({ ...world, items, syncs: world.syncs.filter(({ sk }) => sk === 'SYNC#stripe') });
      };
      try {
        await use({ stack, crm, stripe: dashboard(stack), atCrm, run, pass, violations: judge });
      } finally {
        await stack.stop();
      }
    });
  } finally {
    await crm.close();
  }
}
