/** Every minute: takes up what a crash left. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { SfnSagaStarter } from '#adapters/step-functions/sfn-saga-starter.ts';
import { requireEnv } from '#adapters/system/system.ts';
import { sweepOperations } from '#use-cases/saga/sweep-operations.ts';
import { store, system } from './wiring/catalog.ts';
import { gauge } from './wiring/metric.ts';
import { pokes } from './wiring/pokes.ts';
import { runs } from './wiring/runs.ts';

const saga = new SfnSagaStarter(new SFNClient({}), requireEnv('SAGA_ARN'));

const leases = new DynamoLeaseStore(store, system.clock);

export async function handler() {
  const report = await sweepOperations({ store, ...system, saga, runs, pokes, leases });
  if ('skipped' in report) return report;
  const { resumed, poked, oldestOverdueSeconds } = report;
  gauge('OldestOverdue', oldestOverdueSeconds, 'Seconds');
  return { resumed, poked, oldest_overdue_seconds: oldestOverdueSeconds };
}
