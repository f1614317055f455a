import { each, NAME, type Survivor } from './reasons.ts';

const WITH_LEASE = 'lib/use-cases/leases/with-lease.ts';

export const OF_LEASES: readonly Survivor[] = [
  ...each(WITH_LEASE, NAME, ["'LeaseTimeoutError'", "'LeaseLostError'"]),
  ...each(
    WITH_LEASE,
    'One that ends at the same time is the same lease.',
    ['renewed.expiresAtMs > lease.expiresAtMs'],
    'renewed.expiresAtMs >= lease.expiresAtMs',
  ),
];
