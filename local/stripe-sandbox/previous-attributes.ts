import { isDeepStrictEqual } from 'node:util';
import type { Metadata } from './metadata.ts';

type WithMetadata = { readonly metadata: Metadata };

/**
 * The earlier values of what an update changed, or undefined when it changed nothing. Of metadata only the changed keys
 * are named, a key that was not there with null: https://docs.stripe.com/api/events/object#event_object-data-previous_attributes
 */
export function previousAttributes<T extends WithMetadata>(before: T, after: T): Record<string, unknown> | undefined {
  const afterByName = new Map<string, unknown>(Object.entries(after));
  const changed = Object.entries(before)
    .filter(([name, value]) => !isDeepStrictEqual(value, afterByName.get(name)))
    .map(([name, value]) => [name, name === 'metadata' ? previousMetadata(before, after) : value]);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

function previousMetadata(before: WithMetadata, after: WithMetadata): Record<string, string | null> {
  const earlier = new Map(Object.entries(before.metadata));
  const later = new Map(Object.entries(after.metadata));
  const names = [...new Set([...earlier.keys(), ...later.keys()])];
  return Object.fromEntries(
    names.filter((name) => earlier.get(name) !== later.get(name)).map((name) => [name, earlier.get(name) ?? null]),
  );
}
