import { ProblemError } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import type { Faults } from './faults.ts';
import { createRig, type Rig } from './rig.ts';
import type { Ports } from './simulated-ports.ts';

export type Story = {
  readonly seed: number;
  readonly faults: Faults;
  readonly lifetimeMs?: number;
  readonly wrapStore?: (store: CatalogStore) => CatalogStore;
};

const CLIENTS = 3;
const EDITS = 3;
const SWEEPS = 4;
const SWEEP_EVERY_MS = 60_000;

async function consume(ports: Ports, poke: Poke): Promise<void> {
  if ('customerId' in poke) await syncCustomer(ports, poke.customerId);
}

/** Clients create, change and delete the same few customers in default mode while two workers follow. */
export function defaultModeRig(story: Story): Rig {
  const rig = createRig({ ...story, consume });
  for (let client = 1; client <= CLIENTS; client += 1)
    rig.task(`client-${client}`, (ports) => actAs(rig, client, ports));
  // It stands for many short processes, so nothing ends it.
  rig.task('sweep', (ports) => sweep(ports), { isFaulty: false, lifetimeMs: Number.POSITIVE_INFINITY });
  return rig;
}

/** Pokes what is due from time to time, as the schedule does. */
async function sweep({ store, clock, pokes }: Ports): Promise<void> {
  for (let round = 0; round < SWEEPS; round += 1) {
    await clock.sleep(SWEEP_EVERY_MS);
    for (const { key } of await store.listDue(iso(clock.nowMs()), 10)) {
      if (key.type === 'sync') await pokes.poke({ customerId: key.customerId });
    }
  }
}

async function actAs({ random, catalog }: Rig, client: number, ports: Ports): Promise<void> {
  if (client === 1 || random.chance(0.3)) {
    await refusable(createCustomer(ports, { name: `C${client}`, email: `c${client}@example.com` }));
  }
  for (let edit = 1; edit <= EDITS; edit += 1) {
    await ports.clock.sleep(random.below(3_000));
    const customers = catalog().flatMap(({ key }) => (key.type === 'customer' ? [key.customerId] : []));
    if (customers.length === 0) continue;
    const id = random.pick(customers);
    if (random.chance(0.08)) {
      await refusable(deleteCustomer(ports, id, { ifMatch: undefined, cancelSubscriptions: true }));
    } else {
      const name = `N${client}.${edit}`;
      const email = `e${random.below(4)}@example.com`;
      await refusable(updateCustomer(ports, id, random.chance(0.3) ? { name, email } : { name }, undefined));
    }
  }
}

/** What a caller is told is no failure of the process. */
async function refusable(request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!(error instanceof ProblemError)) throw error;
  });
}
