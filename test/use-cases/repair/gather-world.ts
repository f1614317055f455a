import { normalizeEmail } from '#domain/email.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Subject } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

/** As long ago as the grace period is long, and a moment less. */
export const [LONG_AGO, LATELY] = [-10 * 60_000, -10 * 60_000 + 1];

/** Two customers on both sides, an hour ago; what is asked for is of the first. */
export async function atRest() {
  const world = createRepairWorld();
  const [twins, other] = [await world.twins(), await world.twins()];
  world.pass(HOUR_MS);
  const { deps, store } = world;
  const at = (ms: number) => new Date(deps.clock.nowMs() + ms).toISOString();
  const claim = { type: 'emailClaim', email: normalizeEmail(twins.email) } as const;
  const subjects = {
    customer: { of: 'customer', customerId: twins.id },
    external: { of: 'external', externalId: twins.externalId },
    claim: { of: 'claim', emailHash: deps.digest(claim.email) },
    operation: { of: 'operation', operationId: 'o' },
  } as const satisfies Record<string, Subject>;
  const read = (subject: Subject, others: Partial<typeof deps> = {}) =>
    world.inside(() => gather({ ...deps, ...others }, subject));
  /** Something is done after the first time that this type of record is read. */
  const meanwhile = (type: RecordKey['type'], work: () => Promise<unknown>) => {
    let isDone = false;
    const reading: typeof store.read = async (keys) => {
      const records = await store.read(keys);
      const isIt = !isDone && keys.some((key) => key.type === type);
      if (isIt) isDone = true;
      if (isIt) await work();
      return records;
    };
    return { store: answering(store, { read: reading }) };
  };
  return {
    ...{ ...world, twins, other, at, read, meanwhile, subjects, claim },
    setClaim: (change: object) => world.write({ key: claim, change, when: whatever }),
    /** Asks of Stripe only what is asked below. */
    stripeWith: (answers: Partial<typeof deps.integration>) => ({ integration: answering(deps.integration, answers) }),
  };
}
