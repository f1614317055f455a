import { manyPromises } from './lease-store.many-promises.ts';
import { ownerPromises } from './lease-store.owner-promises.ts';
import type { LeasePromise } from './lease-store.stage.ts';

/** All that every lease store promises. */
export const leasePromises: readonly LeasePromise[] = [...ownerPromises, ...manyPromises];
