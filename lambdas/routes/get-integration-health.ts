import { SQSClient } from '@aws-sdk/client-sqs';
import { json } from '#adapters/http/render.ts';
import { wireIntegrationHealth } from '#adapters/http/render-maintenance.ts';
import { integrationName } from '#adapters/http/schemas.ts';
import { SqsDeadLetters } from '#adapters/sqs/sqs-dead-letters.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { getIntegrationHealth } from '#use-cases/health/get-integration-health.ts';
import { store, system } from '../wiring/catalog.ts';
import type { Route } from './route.ts';

const deadLetters = new SqsDeadLetters(new SQSClient({}), requireEnv('DEAD_LETTERS_QUEUE_URL'));

export const routeGetIntegrationHealth: Route = async ({ pathParameters }) => {
  const integration = integrationName(pathParameters?.['integration_name']);
  return json(
    200,
    wireIntegrationHealth(integration, await getIntegrationHealth({ store, ...system, deadLetters }, integration)),
  );
};
