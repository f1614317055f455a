/** Every minute: takes up what a crash left. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { sweepOperations } from '#use-cases/saga/sweep-operations.ts';
import { store, system } from './wiring/catalog.ts';

const saga = new SfnSagaStarter(new SFNClient({}), requireEnv('SAGA_ARN'));
const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'));

export function handler(): Promise<{ resumed: number; poked: number }> {
  return sweepOperations({ store, clock: system.clock, saga, pokes });
}
