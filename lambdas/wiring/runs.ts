/** What starts the runs that compare both sides at size. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { SfnRunStarter } from '#adapters/step-functions/sfn-run-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';

export const runs = new SfnRunStarter(new SFNClient({}), requireEnv('RECONCILIATION_ARN'));
