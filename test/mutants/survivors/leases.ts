import { each, type Survivor } from './reasons.ts';

export const OF_LEASES: readonly Survivor[] = [
  ...each('lib/use-cases/leases/with-lease.ts', 'Whoever catches it asks for its class: the name is read by people.', [
    ...["'LeaseTimeoutError'", "'LeaseLostError'"],
  ]),
  ...each(
    'lib/use-cases/leases/with-lease.ts',
    'One that ends at the same time is the same lease.',
    ['renewed.expiresAtMs > lease.expiresAtMs'],
    'renewed.expiresAtMs >= lease.expiresAtMs',
  ),
];
