import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { HttpReply } from '#adapters/http/render.ts';
import { readIfMatch, readJson } from '#adapters/http/request.ts';
import { customerChangeSchema, newCustomerSchema, parseWith } from '#adapters/http/schemas.ts';
import type { CustomerChange } from '#domain/customer.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import { writes } from '../wiring/writes.ts';
import { answerWrite } from './answer-write.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routePutCustomer: Route = (event, context) => answer(event, context, newCustomerSchema);
export const routePatchCustomer: Route = (event, context) => answer(event, context, customerChangeSchema);

async function answer(
  event: APIGatewayProxyEventV2,
  context: Context,
  schema: typeof newCustomerSchema | typeof customerChangeSchema,
): Promise<HttpReply> {
  const asked: CustomerChange = parseWith(schema, readJson(event));
  const ifMatch = readIfMatch(event);
  const id = pathId(event);
  return answerWrite(event, context, [asked.name, asked.email, ifMatch], ({ isProtected, deadlineMs, request }) =>
    isProtected
      ? updateWithIntegrity(writes, id, asked, ifMatch, { deadlineMs, request })
      : updateCustomer(writes, id, asked, ifMatch, request),
  );
}
