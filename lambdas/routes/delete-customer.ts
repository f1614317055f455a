import { readIfMatch } from '#adapters/http/request.ts';
import { deleteQuerySchema, parseWith } from '#adapters/http/schemas.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { stripe } from '../wiring/stripe.ts';
import { writes } from '../wiring/writes.ts';
import { answerWrite } from './answer-write.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

const deps = { ...writes, integration: stripe };

export const routeDeleteCustomer: Route = async (event, context) => {
  const query = parseWith(deleteQuerySchema, event.queryStringParameters ?? {});
  const cancelSubscriptions = query.cancel_subscriptions === 'true';
  const ifMatch = readIfMatch(event);
  const id = pathId(event);
  return answerWrite(event, context, [cancelSubscriptions, ifMatch], ({ isProtected, deadlineMs, request }) =>
    isProtected
      ? deleteWithIntegrity(deps, id, { ifMatch, cancelSubscriptions, request, deadlineMs })
      : deleteCustomer(deps, id, { ifMatch, cancelSubscriptions, request }),
  );
};
