import type { Collection } from '../persistent-collection.ts';

export type Settings = {
  readonly webhookMode: 'deliver' | 'hold';
  readonly latencyMs: number;
  readonly searchLagSeconds: number;
};

/** Stripe makes data searchable "in under 1 minute": https://docs.stripe.com/search#data-freshness */
const INITIAL_SETTINGS: Settings = { webhookMode: 'deliver', latencyMs: 0, searchLagSeconds: 60 };

export type SettingsStore = {
  get(): Settings;
  change(change: Partial<Settings>): Settings;
  /** Back to what they are at first. */
  clear(): void;
};

export function createSettings(stored: Collection<Settings>): SettingsStore {
  const get = () => stored.get('current') ?? INITIAL_SETTINGS;
  return {
    get,
    change: (change) => {
      const changed = { ...get(), ...change };
      stored.set('current', changed);
      return changed;
    },
    clear: () => stored.clear(),
  };
}
