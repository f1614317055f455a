/** Where runs keep what they meet and find on their way. */
import { DynamoScratchStore } from '#adapters/dynamodb/dynamo-scratch-store.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { documents, system } from './catalog.ts';

export const scratch = new DynamoScratchStore(documents, requireEnv('EPHEMERAL_TABLE'), system);
