import { accepted } from '#adapters/http/render.ts';
import { retryOperation } from '#use-cases/saga/retry-operation.ts';
import { writes } from '../wiring/writes.ts';
import { pathId } from './dispatch.ts';
import { recorded } from './recorded.ts';
import type { Route } from './route.ts';

export const routeRetryOperation: Route = async (event) => {
  const operationId = pathId(event);
  await recorded(event, {}, () => retryOperation(writes, operationId));
  return accepted(operationId, 'compensating');
};
