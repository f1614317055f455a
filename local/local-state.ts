import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createClock } from './clock.ts';
import { type OpenCollection, openCollections } from './persistent-collection.ts';
import type { Clock } from './runtime.ts';

/** What `--data` keeps, apart from the tables; all of it is in memory without. */
export type LocalState = {
  readonly open: OpenCollection;
  /** Goes on from where the last run had advanced it to. */
  readonly clock: Clock;
  /** To be called after each advance. */
  saveClock(): void;
  readonly webhookSecret: string;
  /** Tells its tables from those of others where several runners share a DynamoDB. */
  readonly tablesMark: string;
  close(): void;
};

/** Opens the state in a directory, which is made if need be. Throws when another runner has it open. */
export function openLocalState(directory: string | undefined): LocalState {
  const { open, close } = openState(directory);
  const settings = open<string>('settings');
  const clock = createClock();
  clock.advance(Number(settings.get(offsetName) ?? 0));
  const webhookSecret = settings.get(webhookSecretName) ?? `whsec_${randomBytes(24).toString('hex')}`;
  settings.set(webhookSecretName, webhookSecret);
  const tablesMark = settings.get(tablesMarkName) ?? randomBytes(4).toString('hex');
  settings.set(tablesMarkName, tablesMark);
  return {
    open,
    clock,
    saveClock: () => settings.set(offsetName, String(Math.round(clock.now() - Date.now()) / 1000)),
    ...{ webhookSecret, tablesMark },
    close,
  };
}

const offsetName = 'clock-offset-seconds';
const webhookSecretName = 'webhook-secret';
const tablesMarkName = 'tables-mark';

function openState(directory: string | undefined): ReturnType<typeof openCollections> {
  if (directory === undefined) return openCollections();
  try {
    return openCollections(join(directory, 'runner.sqlite'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${directory} cannot be opened; another runner may be using it (${reason}).`);
  }
}
