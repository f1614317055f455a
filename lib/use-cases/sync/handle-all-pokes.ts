import { type ByIntegration, GATE, type IntegrationName } from '#domain/integrations.ts';
import type { Poke } from '#ports/pokes.ts';
import { handlePokes } from './handle-pokes.ts';
import type { SyncDeps } from './run.ts';

/**
 * Takes pokes to the integrations that they name, and answers those that failed, with the reason. One for an integration
 * that is not registered any more fails.
 */
export async function handleAllPokes(
  syncs: Partial<ByIntegration<SyncDeps>>,
  pokes: readonly Poke[],
): Promise<ReadonlyMap<Poke, unknown>> {
  const groups = new Map<IntegrationName, Poke[]>();
  for (const poke of pokes) {
    const { integration = GATE } = poke;
    groups.set(integration, [...(groups.get(integration) ?? []), poke]);
  }
  const handled = [...groups].map(async ([name, members]) => {
    const deps = syncs[name];
    if (deps !== undefined) return handlePokes(deps, members);
    const error = new Error(`There is no integration ${name}.`);
    return new Map(members.map((poke) => [poke, error]));
  });
  return new Map((await Promise.all(handled)).flatMap((failed) => [...failed]));
}
