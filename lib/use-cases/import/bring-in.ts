import { GATE } from '#domain/integrations.ts';
import type { Poke, Pokes } from '#ports/pokes.ts';
import { handlePokes } from '../sync/handle-pokes.ts';
import type { SyncDeps } from '../sync/run.ts';

/** Pokes that lead to others are followed this far; more than any customer needs who is left alone. */
const LONGEST_CHAIN = 10;

/**
 * Follows pokes at once, and those that they lead to, by the very code that serves them from the queue. So what an import
 * owes to Stripe is paid at the import's own pace. Pokes that are still left over, or fail, are sent to the queue.
 */
export async function bringIn(deps: SyncDeps, first: readonly Poke[]): Promise<void> {
  let due = first;
  for (let rounds = 0; due.length > 0 && rounds < LONGEST_CHAIN; rounds += 1) {
    const led = gathering();
    const [own, others] = [due.filter((poke) => isFor(deps, poke)), due.filter((poke) => !isFor(deps, poke))];
    for (const poke of others) await deps.pokes.poke(poke);
    const failed = await handlePokes({ ...deps, pokes: led.pokes }, own);
    for (const poke of failed.keys()) await deps.pokes.poke(poke);
    due = led.gathered;
  }
  for (const poke of due) await deps.pokes.poke(poke);
}

/** Other integrations are followed at the pace of the queue. */
function isFor({ integration }: SyncDeps, poke: Poke): boolean {
  return (poke.integration ?? GATE) === integration.name;
}

/** Pokes that are kept, rather than sent. */
export function gathering(): { readonly pokes: Pokes; readonly gathered: readonly Poke[] } {
  const gathered: Poke[] = [];
  const pokes: Pokes = {
    poke: async (poke) => {
      gathered.push(poke);
    },
  };
  return { pokes, gathered };
}
