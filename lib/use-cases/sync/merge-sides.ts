import { type CustomerFields, canonical } from '#domain/customer.ts';
import { type Merge, merge } from '#domain/merge.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import { findBlocker } from './blocked-email.ts';
import { decide } from './decide.ts';
import { agreed, endRun, lookAgain } from './end-run.ts';
import { owedByRun, pokeOthers } from './others.ts';
import type { Run, SyncDeps, SyncResult } from './run.ts';
import { type Decided, send } from './settle.ts';

const FIELDS = ['name', 'email'] as const;

/**
 * Takes what Stripe changed and sends what we changed; what is taken is committed before anything is sent. An email
 * that another customer holds stays with that one: ours keeps its own and is in conflict until it becomes free.
 */
export async function mergeSides(deps: SyncDeps, run: Run, twin: ExternalCustomer): Promise<SyncResult> {
  const { customer, sync } = run;
  const local = { name: customer.name, email: customer.email };
  const remote = remoteOf(twin);
  const merged = merge({ base: sync.base, local, remote, emptied: sync.emptied }, deps.owners);
  const blocked = await findBlocker(deps, customer, merged.pulled.email ?? null);
  const { next, changes, writes: own } = decide(deps, run, merged, blocked);
  const isChanged = next.customer.version !== customer.version;
  const emptied = FIELDS.filter((field) => customer[field] !== null && next.customer[field] === null);
  const writes = { ...own, ...(isChanged && (await owedByRun(deps, customer.id, { emptied }))) };
  const result = await bringAbout(deps, run, twin, merged, { next, changes, writes });
  if (isChanged) await pokeOthers(deps, customer.id);
  return result;
}

async function bringAbout(
  deps: SyncDeps,
  run: Run,
  twin: ExternalCustomer,
  merged: Merge,
  { next, changes, writes }: Decided & { readonly next: Run },
): Promise<SyncResult> {
  const remote = remoteOf(twin);
  const fields = merged.pushed;
  const isMarking = run.sync.isUnmarked === true;
  if (Object.keys(fields).length > 0 || isMarking) {
    const expected = pick(remote, fields);
    const asked = { kind: 'update', externalId: twin.externalId, fields, expected } as const;
    return send(deps, next, isMarking ? { ...asked, isMarking } : asked, { changes, writes });
  }
  const ended = await endRun(deps, next, { ...agreed(deps, next), ...changes }, writes);
  return ended.is === 'ended' ? ended.result : lookAgain(deps, run);
}

function pick(values: CustomerFields, wanted: Partial<CustomerFields>): Partial<CustomerFields> {
  return { ...('name' in wanted && { name: values.name }), ...('email' in wanted && { email: values.email }) };
}

/** What the integration has, as both sides are compared. */
function remoteOf(twin: ExternalCustomer): CustomerFields {
  return { name: canonical(twin.name), email: canonical(twin.email) };
}
