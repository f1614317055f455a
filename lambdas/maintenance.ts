/** What administrators ask for. A function of its own: it may ask Stripe. */
import { dispatch } from './routes/dispatch.ts';
import { routeLinkCustomer } from './routes/link-customer.ts';
import { routeResolveConflict } from './routes/resolve-conflict.ts';
import { routeRetryFailedSyncs } from './routes/retry-failed-syncs.ts';

export const handler = dispatch({
  'POST /customers/{id}/link': routeLinkCustomer,
  'POST /customers/retry-failed-syncs': routeRetryFailedSyncs,
  'POST /customers/{id}/resolve-conflict': routeResolveConflict,
});
