import { retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import type { SyncDeps } from '#use-cases/sync/run.ts';
import { BOTH, CRM } from '../../simulation/integrations.ts';
import { answering } from '../answering.ts';
import { createSyncWorld } from './sync-world.ts';

export const EMAIL = 'twin1@example.com';

/** A customer on both sides, whom a follower has too: the same Stripe plays the follower, under another name. */
export async function followed() {
  const world = createSyncWorld();
  const twins = await world.twins();
  const { deps, write, read, dashboard } = world;
  const { id: crmId } = await dashboard('POST', '', { name: 'Twin 1', email: EMAIL });
  const standing = { status: 'synced', externalId: crmId, base: { name: 'Twin 1', email: EMAIL }, syncedVersion: 1 };
  const key = { type: 'sync', customerId: twins.id, integration: CRM } as const;
  await write({ key, put: { ...standing, status: 'synced', revision: 4, tries: 0 }, when: { is: 'absent' } });
  const crm = answering(deps.integration, { name: CRM });
  return {
    ...{ ...world, ...twins, crmId },
    standing: () => read(key),
    setStanding: (change: object) => write({ key, change, when: { is: 'equal', field: 'tries', value: 0 } }),
    /** A run of the gate's, or of the follower's. */
    runAs: (name: 'gate' | 'crm', others: Partial<SyncDeps> = {}) => {
      const integration = name === 'gate' ? deps.integration : crm;
      return world.run(twins.id, ['evt_1'], { deps: { integration, integrations: BOTH, ...others } });
    },
    retry: (isForced: boolean, others: Partial<SyncDeps> = {}) =>
      world.inside(() =>
        retryFailedSyncs(
          { ...world.deps, integration: crm, integrations: BOTH, ...others },
          { isForced, longestMs: 60_000 },
        ),
      ),
  };
}
