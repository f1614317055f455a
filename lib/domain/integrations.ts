/**
 * The registry: the integrations that there are, by name. The first is the gate, for which protected operations wait: an
 * operation can have one participant that cannot be undone, and no more. The others follow by themselves.
 */
export const INTEGRATIONS = ['stripe'] as const;

export type IntegrationName = (typeof INTEGRATIONS)[number];

/** Integrations in the order of the registry. */
export type Integrations = readonly IntegrationName[];

/** Something for each integration. */
export type ByIntegration<Each> = Readonly<Record<IntegrationName, Each>>;

export const GATE: IntegrationName = INTEGRATIONS[0];

/** All integrations but one: but the gate, unless said. */
export function othersThan(integrations: Integrations, name: IntegrationName = GATE): Integrations {
  return integrations.filter((other) => other !== name);
}

/** Something for each integration, in their order. */
export function forEachOf<Each>(
  integrations: Integrations,
  make: (name: IntegrationName) => Each,
): ByIntegration<Each> {
  return Object.fromEntries(integrations.map((name) => [name, make(name)])) as ByIntegration<Each>;
}
