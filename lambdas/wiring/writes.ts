/** What writing requests are wired of, besides the catalog. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { log, reads, system } from './catalog.ts';
import { pokes } from './pokes.ts';

export const writes = {
  ...{ ...reads, ...system, log },
  pokes,
  saga: new SfnSagaStarter(new SFNClient({}), requireEnv('SAGA_ARN')),
};
