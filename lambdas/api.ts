/** The HTTP API, but for deletes: creating, changing and reading customers, reading operations. */
import { json } from '#adapters/http/render.ts';
import { routeCreateCustomer } from './routes/create-customer.ts';
import { dispatch, onlyTrailingSlash } from './routes/dispatch.ts';
import { routeGetCustomer } from './routes/get-customer.ts';
import { routeGetIntegrationHealth } from './routes/get-integration-health.ts';
import { routeGetOperation } from './routes/get-operation.ts';
import { routeGetSyncHealth } from './routes/get-sync-health.ts';
import { routeListActions } from './routes/list-actions.ts';
import { routeListAudit } from './routes/list-audit.ts';
import { routeListCustomers } from './routes/list-customers.ts';
import { routeListOperations } from './routes/list-operations.ts';
import { routeRetryOperation } from './routes/retry-operation.ts';
import { routePatchCustomer, routePutCustomer } from './routes/update-customer.ts';

/** Few ask for it: no start of the function waits until it is made. */
const readDescription = async () => (await import('../docs/openapi.json', { with: { type: 'json' } })).default;

export const handler = dispatch({
  'GET /health': async () => json(200, { status: 'ok' }),
  'GET /openapi.json': async () => json(200, await readDescription()),
  'POST /customers': routeCreateCustomer,
  'POST /customers/{proxy+}': onlyTrailingSlash(routeCreateCustomer),
  'GET /customers': routeListCustomers,
  'GET /customers/{proxy+}': onlyTrailingSlash(routeListCustomers),
  'GET /customers/{id}': routeGetCustomer,
  'PUT /customers/{id}': routePutCustomer,
  'PATCH /customers/{id}': routePatchCustomer,
  'GET /customers/{id}/audit': routeListAudit,
  'GET /customers/{id}/sync-health': routeGetSyncHealth,
  'GET /customers/integration-health/{integration_name}': routeGetIntegrationHealth,
  'GET /actions': routeListActions,
  'GET /operations': routeListOperations,
  'GET /operations/{id}': routeGetOperation,
  'POST /operations/{id}/retry': routeRetryOperation,
});
