/** The operator's page: files that hold no data, beside this bundle. What they show comes from the API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { consolePage } from '#adapters/http/console-page.ts';
import { requireEnv } from '#adapters/system/system.ts';

const issuer = requireEnv('ISSUER');

const answer = consolePage(
  {
    issuer,
    issuerUrl: process.env['ISSUER_ENDPOINT'] ?? issuer,
    audience: requireEnv('AUDIENCE'),
    clientId: process.env['CONSOLE_CLIENT_ID'],
  },
  (file) => readFileSync(join(import.meta.dirname, 'page', file), 'utf8'),
);

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { status, headers, body } = answer(event);
  return { statusCode: status, headers: { ...headers }, body };
}
