import { systemDigest } from '#adapters/system/system.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import type { CatalogStore, NamedWrites } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import { digestOf, type Poke } from '#ports/pokes.ts';
import type { AuditRecord, CustomerRecord, RecordKey, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import { type CatalogState, commitTo, EMPTY_CATALOG, readAll } from '../models/catalog-model.ts';
import { type Act, type Owner, plain, type Shown, type Truth, told, type Value } from './oracle.ts';

/** An event of a write of ours. */
type Echo = { readonly id: string; readonly key: string; readonly previous: Value };

/** Both sides between two acts. */
type World = {
  readonly catalog: CatalogState;
  readonly there: Value;
  /** Keys under which something has landed. */
  readonly landed: readonly string[];
  readonly echoes: readonly Echo[];
  readonly acts: number;
};

const NOW_MS = Date.UTC(2026, 0, 1);
const ID = 'customer';
const EXTERNAL = 'cus_1';
const KEYS = {
  customer: { type: 'customer', customerId: ID },
  sync: { type: 'sync', customerId: ID, integration: 'stripe' },
  link: { type: 'link', integration: 'stripe', externalId: EXTERNAL },
} as const satisfies Record<string, RecordKey>;
const NOTHING: Shown = { sent: [], overruled: [], taken: [] };

/** Every act that a history is made of: `a` is what both sides began with, so whatever changed can go back. */
export const ACTS: readonly Act[] = [
  ...['a', 'b'].map((to) => ({ edit: 'here', to }) as const),
  ...['a', 'b', ' b ', '', null].map((to) => ({ edit: 'there', to }) as const),
  ...(['answered', 'refused', 'unheard', 'lost'] as const).map((look) => ({ look })),
  { look: 'answered', meanwhile: 'c' },
  { look: 'unheard', meanwhile: 'b' },
  { tell: 'echo' },
];

/** What is here, in Stripe, and what was last in common: at rest, never named, and missing here by agreement. */
export const BEGINNINGS: readonly (readonly [here: Value, there: Value, common: Value])[] = [
  ['a', 'a', 'a'],
  [null, null, null],
  [null, 'a', 'a'],
];

export type Told = { readonly histories: number; readonly states: number; readonly wrong: string | undefined };

/**
 * Tells all histories of so many acts, by the use cases that deploy and by the oracle, and compares after each act what
 * either side holds, what was last in common, what was sent, taken and told. Histories that have come to the same are
 * told on as one. In the end of each, both sides agree once somebody has looked twice.
 */
export async function tellAll(length: number, owner: Owner): Promise<Told> {
  let [histories, states] = [0, 0];
  let front = new Map<string, { world: World; truth: Truth; ways: number; path: readonly Act[] }>();
  for (const values of BEGINNINGS) front.set(`${values}`, { ...begun(...values), ways: 1, path: [] });
  for (let depth = 0; depth < length; depth += 1) {
    const next: typeof front = new Map();
    for (const { world, truth, ways, path } of front.values()) {
      for (const act of ACTS) {
        const real = await perform(world, act, owner);
        const right = told(truth, act, owner);
        const is = JSON.stringify([seenOf(real.world), real.shown]);
        const should = JSON.stringify([seenOf(right.truth), right.shown]);
        const way = [...path, act];
        if (is !== should) return { histories, states, wrong: `${JSON.stringify(way)}: ${is} instead of ${should}` };
        const name = nameOf(real.world, right.truth);
        const known = next.get(name);
        if (known === undefined) next.set(name, { world: real.world, truth: right.truth, ways, path: way });
        else known.ways += ways;
      }
    }
    front = next;
    states += front.size;
    histories += [...front.values()].reduce((sum, { ways }) => sum + ways, 0);
  }
  for (const { world, path } of front.values()) {
    const once = await perform(world, { look: 'answered' }, owner);
    const { world: rested } = await perform(once.world, { look: 'answered' }, owner);
    const { here, there, common } = seenOf(rested);
    const isLeft = here === null && plain(there) === common;
    if (here !== plain(there) && !isLeft)
      return { histories, states, wrong: `${JSON.stringify(path)} ends with ${here} and ${there}` };
  }
  return { histories, states, wrong: undefined };
}

function begun(here: Value, there: Value, common: Value): { world: World; truth: Truth } {
  const fields = { name: here, email: null };
  const at = iso(NOW_MS);
  const customer: CustomerRecord = { id: ID, ...fields, status: 'active', version: 1, createdAt: at, updatedAt: at };
  const sync: SyncRecord = {
    status: 'synced',
    externalId: EXTERNAL,
    base: { name: common, email: null },
    revision: 0,
    tries: 0,
    syncedVersion: 1,
  };
  const records = { customer, sync, link: { customerId: ID } };
  const writes = Object.entries(records).map(([name, put]) => [
    name,
    { key: KEYS[name as keyof typeof KEYS], put, when: { is: 'absent' } },
  ]);
  const { catalog } = commitTo(EMPTY_CATALOG, Object.fromEntries(writes) as NamedWrites);
  return {
    world: { catalog, there, landed: [], echoes: [], acts: 0 },
    truth: { here, there, common, told: undefined, open: undefined, echoes: [] },
  };
}

/** One act upon the use cases: what there is afterwards, and what it shows. */
async function perform(world: World, act: Act, owner: Owner): Promise<{ world: World; shown: Shown }> {
  const acts = world.acts + 1;
  if ('edit' in act && act.edit === 'there') return { world: { ...world, acts, there: act.to }, shown: NOTHING };
  const [echo, ...echoes] = world.echoes;
  if ('tell' in act && echo === undefined) return { world: { ...world, acts }, shown: NOTHING };
  let now: World = { ...world, acts, echoes: 'tell' in act ? echoes : world.echoes };
  const shown: Shown = { sent: [], overruled: [], taken: [] };
  let ids = 0;
  const deps = {
    integrations: INTEGRATIONS,
    ...{ digest: systemDigest, log: { warn: () => {} }, owners: { name: owner, email: owner } },
    clock: { nowMs: () => NOW_MS, sleep: async () => {} },
    random: { id: () => `${acts}-${ids++}`, fraction: () => 0.5 },
    pokes: { poke: async () => {} },
    store: storeOf(
      () => now.catalog,
      (catalog, audit) => {
        now = { ...now, catalog };
        if (audit !== undefined) note(audit, shown);
      },
    ),
    integration: stripeOf(
      () => now,
      (changed) => {
        now = changed;
      },
      {
        fate: 'look' in act ? act.look : 'answered',
        meanwhile: 'look' in act ? act.meanwhile : undefined,
        shown,
        echo,
      },
    ),
  };
  if ('edit' in act) {
    await updateCustomer(deps, ID, { name: act.to }, undefined);
    return { world: now, shown: NOTHING };
  }
  const poke: Poke = {
    externalId: EXTERNAL,
    event:
      'tell' in act && echo !== undefined
        ? noticeOf(echo)
        : { id: `evt_${acts}`, kind: 'updated', createdAt: iso(NOW_MS) },
  };
  for (const error of (await handlePokes(deps, [poke])).values()) throw error;
  // Nothing was sent, so it was not just before a write: it happens all the same.
  if ('look' in act && act.meanwhile !== undefined && shown.sent.length === 0) now = { ...now, there: act.meanwhile };
  return { world: now, shown };
}

function noticeOf({ id, key, previous }: Echo) {
  const before = { name: digestOf(systemDigest, id, previous) };
  return { id, kind: 'updated', createdAt: iso(NOW_MS), key, previous: before } as const;
}

function note({ before, after, overruled }: AuditRecord, shown: Shown): void {
  if (overruled !== undefined) shown.overruled.push(plain(overruled.name ?? null));
  if (after !== null && before !== null && after.name !== before.name) shown.taken.push(after.name);
}

function notAsked(): never {
  throw new Error('No history asks for this.');
}

function storeOf(catalog: () => CatalogState, changed: (to: CatalogState, audit?: AuditRecord) => void): CatalogStore {
  return {
    read: async (keys) => readAll(catalog(), keys) as never,
    commit: async (writes) => {
      const { catalog: next, value } = commitTo(catalog(), writes);
      const { audit } = writes as { audit?: { put: AuditRecord } };
      if (next !== catalog()) changed(next, audit?.put);
      return value as never;
    },
    ...{ listDue: notAsked, listApart: notAsked, listCustomers: notAsked, listAudit: notAsked },
    ...{ listUnfinished: notAsked, listOperationsOf: notAsked, scan: notAsked },
  };
}

type Answering = {
  readonly fate: Extract<Act, { look: unknown }>['look'];
  readonly meanwhile: string | undefined;
  readonly shown: Shown;
  readonly echo: Echo | undefined;
};

function stripeOf(
  world: () => World,
  changed: (to: World) => void,
  { fate, meanwhile, shown, echo }: Answering,
): Integration {
  return {
    name: 'stripe',
    findCustomer: async (externalId) => ({
      externalId,
      name: world().there,
      email: null,
      isDeleted: false,
      owner: 'nobody',
    }),
    updateCustomer: async (externalId, { name = null }, key) => {
      shown.sent.push(plain(name));
      if (meanwhile !== undefined) changed({ ...world(), there: meanwhile });
      const { there, landed, echoes, acts } = world();
      const hasLanded = landed.includes(key);
      if (fate === 'refused' && !hasLanded) return { is: 'rejected', reason: 'no' };
      if (fate === 'lost') return { is: 'unknown', error: 'no answer' };
      if (!hasLanded) {
        const event = { id: `evt_echo_${acts}`, key, previous: there };
        changed({
          ...world(),
          there: name,
          landed: [...landed, key],
          echoes: there === name ? echoes : [...echoes, event],
        });
      }
      return fate === 'unheard' ? { is: 'unknown', error: 'no answer' } : { is: 'accepted', value: { externalId } };
    },
    findPrevious: async () => ({ name: echo?.previous ?? null }),
    ...{ createCustomer: notAsked, deleteCustomer: notAsked, hasLiveSubscriptions: notAsked, findOwned: notAsked },
    ...{ listCustomers: notAsked, findAccount: notAsked, isUnused: notAsked, hasUpdated: notAsked },
  };
}

/** As much of either telling as both know. */
function seenOf(of: World | Truth): { here: Value; there: Value; common: Value } {
  if (!('catalog' in of)) return { here: of.here, there: of.there, common: of.common };
  const [customer, sync] = recordsOf(of);
  return { here: customer.name, there: of.there, common: plain(sync.base?.name ?? null) };
}

function recordsOf({ catalog }: World): [CustomerRecord, SyncRecord] {
  return readAll(catalog, [KEYS.customer, KEYS.sync]) as [CustomerRecord, SyncRecord];
}

/** Worlds of one name go on alike: without what only counts. */
function nameOf(world: World, truth: Truth): string {
  const [{ version }, { seen, status, attemptKey, syncedVersion, isUnmarked, conflict }] = recordsOf(world);
  const hasLanded = attemptKey !== undefined && world.landed.includes(attemptKey);
  const isOpen = world.echoes.map(({ key }) => key === attemptKey);
  return JSON.stringify([truth, seen, status, hasLanded, isOpen, version === syncedVersion, isUnmarked, conflict]);
}
