/** Where it is noted what administrators ask for. */
import { DynamoActionLog } from '#adapters/dynamodb/dynamo-action-log.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { documents } from './catalog.ts';

export const actions = new DynamoActionLog(documents, requireEnv('CATALOG_TABLE'));
