import { type LocalDynamodb, startEmbeddedDynamodb } from '../../../local/embedded-dynamodb.ts';
import { findFreePorts } from '../../local/runner-process.ts';

/** The DynamoDB at `DYNAMODB_ENDPOINT`, which others may use too; without one, an embedded one. */
export async function startDynamodb(): Promise<LocalDynamodb> {
  const url = process.env['DYNAMODB_ENDPOINT'];
  if (url) return { url, close: async () => {} };
  return startEmbeddedDynamodb({ root: process.cwd(), port: await findFreePorts(1), onExit: () => {} });
}
