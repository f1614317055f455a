import { normalizeEmail } from '#domain/email.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import { createSagaWorld } from './saga-world.ts';

/** A saga's world, and what each side and each record is to be read by. */
export async function endingsWorld() {
  const it = createSagaWorld();
  const { deps, read } = it;
  const at = () => new Date(deps.clock.nowMs()).toISOString();
  return {
    ...{ ...it, at },
    customer: (customerId: string) => read({ type: 'customer', customerId }),
    claim: (email: string) => read({ type: 'emailClaim', email: normalizeEmail(email) }),
    link: (externalId: string) => read({ type: 'link', integration: 'stripe', externalId }),
    standing: (customerId: string, integration: IntegrationName = 'stripe') =>
      read({ type: 'sync', customerId, integration }),
    lastAudit: async (customerId: string) => (await it.store.listAudit(customerId, 1, undefined)).entries[0],
    twin: (externalId: string) => it.inside(() => deps.integration.findCustomer(externalId)),
  };
}

/** A customer at rest, with what is begun on it. */
export async function changed(change: { name?: string; email?: string }) {
  const it = await endingsWorld();
  const twins = await it.twins();
  const before = await it.customer(twins.id);
  const operationId = await it.beginUpdate(twins.id, change);
  return { ...it, ...twins, before, operationId };
}

/** A customer at rest, and its deletion that is begun. */
export async function deleted() {
  const it = await endingsWorld();
  const twins = await it.twins();
  const before = await it.customer(twins.id);
  const operationId = await it.beginDelete(twins.id);
  return { ...it, ...twins, before, operationId };
}
