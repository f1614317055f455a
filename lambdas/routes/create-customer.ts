import { readJson } from '#adapters/http/request.ts';
import { newCustomerSchema, parseWith } from '#adapters/http/schemas.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { writes } from '../wiring/writes.ts';
import { answerWrite } from './answer-write.ts';
import type { Route } from './route.ts';

export const routeCreateCustomer: Route = async (event, context) => {
  const input = parseWith(newCustomerSchema, readJson(event));
  return answerWrite(event, context, [input.name, input.email], ({ isProtected, deadlineMs, request }) =>
    isProtected ? createWithIntegrity(writes, input, { deadlineMs, request }) : createCustomer(writes, input, request),
  );
};
