import { SQSClient } from '@aws-sdk/client-sqs';
import { json } from '#adapters/http/render.ts';
import { integrationName, integrationQuerySchema, parseWith } from '#adapters/http/schemas.ts';
import { SqsDeadLetters } from '#adapters/sqs/sqs-dead-letters.ts';
import { SqsRedrive } from '#adapters/sqs/sqs-redrive.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { redriveDeadLetters } from '#use-cases/sync/redrive-dead-letters.ts';
import { recorded } from './recorded.ts';
import type { Route } from './route.ts';

const client = new SQSClient({});
const deadLetters = new SqsDeadLetters(client, requireEnv('DEAD_LETTERS_QUEUE_URL'));
const redrive = new SqsRedrive(client, requireEnv('DEAD_LETTERS_ARN'), requireEnv('POKES_ARN'));

export const routeRedriveDeadLetters: Route = async (event) => {
  const query = parseWith(integrationQuerySchema, event.queryStringParameters ?? {});
  const integration = integrationName(query.integration_name);
  const report = await recorded(event, { integration }, () => redriveDeadLetters({ deadLetters, redrive }));
  return json(200, { integration, ...report });
};
