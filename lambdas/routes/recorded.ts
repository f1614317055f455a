import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readCaller } from '#adapters/http/request.ts';
import { recordAction } from '#use-cases/actions/record-action.ts';
import { actions } from '../wiring/actions.ts';
import { log, system } from '../wiring/catalog.ts';

/** Does what an administrator asks for, and notes who asked for what, and how it ended. `asked` is never personal. */
export function recorded<Result>(
  event: APIGatewayProxyEventV2,
  asked: Readonly<Record<string, unknown>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const { routeKey, pathParameters, requestContext } = event;
  const about = { caller: readCaller(event), target: pathParameters?.['id'] ?? null };
  return recordAction(
    { actions, ...system, log },
    { ...about, name: routeKey, asked, requestId: requestContext.requestId },
    work,
  );
}
