/** What administrators ask for. A function of its own: it may ask Stripe. */
import { routeCleanupOrphaned } from './routes/cleanup-orphaned.ts';
import { dispatch } from './routes/dispatch.ts';
import { routeFixConsistency } from './routes/fix-consistency.ts';
import { routeGetConsistencyRun } from './routes/get-consistency-run.ts';
import { routeGetSides } from './routes/get-sides.ts';
import { routeLinkCustomer } from './routes/link-customer.ts';
import { routeRedriveDeadLetters } from './routes/redrive-dead-letters.ts';
import { routeResolveConflict } from './routes/resolve-conflict.ts';
import { routeRetryFailedSyncs } from './routes/retry-failed-syncs.ts';
import { routeValidateConsistency } from './routes/validate-consistency.ts';

export const handler = dispatch({
  'GET /customers/{id}/sides': routeGetSides,
  'GET /customers/data-consistency/validate': routeValidateConsistency,
  'GET /customers/data-consistency/runs/{id}': routeGetConsistencyRun,
  'POST /customers/data-consistency/fix': routeFixConsistency,
  'POST /customers/cleanup-orphaned': routeCleanupOrphaned,
  'POST /customers/{id}/link': routeLinkCustomer,
  'POST /customers/redrive-dead-letters': routeRedriveDeadLetters,
  'POST /customers/retry-failed-syncs': routeRetryFailedSyncs,
  'POST /customers/{id}/resolve-conflict': routeResolveConflict,
});
