import type { components } from '../../examples/typed-client/concord-api.d.ts';

export type Schemas = components['schemas'];

/** Every route that the console calls. */
export const CALLED = [
  'GET /actions',
  'GET /customers',
  'GET /customers/{id}',
  'GET /customers/{id}/audit',
  'GET /customers/{id}/sides',
  'GET /customers/{id}/sync-health',
  'GET /customers/data-consistency/runs/{id}',
  'GET /customers/data-consistency/validate',
  'GET /customers/integration-health/{integration_name}',
  'GET /operations',
  'POST /customers/{id}/link',
  'POST /customers/{id}/resolve-conflict',
  'POST /customers/cleanup-orphaned',
  'POST /customers/data-consistency/fix',
  'POST /customers/redrive-dead-letters',
  'POST /customers/retry-failed-syncs',
  'POST /operations/{id}/retry',
] as const;

export type Route = (typeof CALLED)[number];

/** What each is answered with, in the words of docs/openapi.json. */
export type Answers = {
  'GET /actions': Schemas['ActionPage'];
  'GET /customers': Schemas['CustomerPage'];
  'GET /customers/{id}': Schemas['Customer'];
  'GET /customers/{id}/audit': Schemas['AuditPage'];
  'GET /customers/{id}/sides': Schemas['CustomerSides'];
  'GET /customers/{id}/sync-health': Schemas['SyncHealth'];
  'GET /customers/data-consistency/runs/{id}': Schemas['ConsistencyRun'];
  'GET /customers/data-consistency/validate': Schemas['ConsistencyReport'] | Schemas['AcceptedRun'];
  'GET /customers/integration-health/{integration_name}': Schemas['IntegrationHealth'];
  'GET /operations': Schemas['OperationPage'];
  'POST /customers/{id}/link': Schemas['Customer'];
  'POST /customers/{id}/resolve-conflict': Schemas['Customer'];
  'POST /customers/cleanup-orphaned': Schemas['CleanupReport'] | Schemas['AcceptedRun'];
  'POST /customers/data-consistency/fix': Schemas['FixReport'] | Schemas['AcceptedRun'];
  'POST /customers/redrive-dead-letters': Schemas['RedriveReport'];
  'POST /customers/retry-failed-syncs': Schemas['RetryReport'];
  'POST /operations/{id}/retry': Schemas['AcceptedOperation'];
};
