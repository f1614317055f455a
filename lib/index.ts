/** Concord as a library: the one public entry. */
export type {
  Conflict,
  Customer,
  CustomerChange,
  CustomerFields,
  CustomerStatus,
  IntegrationState,
  NewCustomer,
  SyncStatus,
} from './domain/customer.ts';
export { type InvalidPlace, type Problem, ProblemError, type ProblemType } from './domain/problem.ts';
export { getFence, type Lease } from './ports/lease-store.ts';
export {
  type ChangeOptions,
  type CustomerService,
  type CustomerServiceOptions,
  createCustomerService,
  type DeleteOptions,
  OperationUnderwayError,
  type WaitOptions,
  type WriteOptions,
} from './service/customer-service.ts';
export {
  type IdempotencyOptions,
  type LeasePlace,
  makeIdempotentByKey,
  type WithLease,
  withLeases,
} from './service/wrappers.ts';
export {
  type LeasedWork,
  LeaseLostError,
  type LeaseOptions,
  LeaseTimeoutError,
} from './use-cases/leases/with-lease.ts';
