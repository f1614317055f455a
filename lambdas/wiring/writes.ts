/** What writing requests are wired of, besides the catalog. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { log, reads, system } from './catalog.ts';

export const writes = {
  ...{ ...reads, ...system, log },
  pokes: new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL')),
  saga: new SfnSagaStarter(new SFNClient({}), requireEnv('SAGA_ARN')),
};
