import { normaliseEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { systemDigest } from '#adapters/system/system.ts';
import type { Integrations } from '#domain/integrations.ts';
import type { FieldOwners } from '#domain/merge.ts';
import { ProblemError } from '#domain/problem.ts';
import type { CatalogStore, Due } from '#ports/catalog-store.ts';
import { type Poke, pokeTo, pokeToExternal } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import type { Faults } from './faults.ts';
import type { Plan } from './plan.ts';
import { askProtected } from './protected.ts';
import { createRig, type Rig } from './rig.ts';
import { executionsOn } from './saga.ts';
import type { Ports } from './simulated-ports.ts';
import type { StateMachine } from './state-machine.ts';

export type TwoWayStory = {
  readonly seed: number;
  readonly faults: Faults;
  readonly lifetimeMs?: number;
  readonly owners?: FieldOwners;
  /** Emails that are fought over; otherwise each edit has an email of its own. */
  readonly hasSharedEmails?: boolean;
  readonly wrapStore?: (store: CatalogStore) => CatalogStore;
  /** How far the clock of a process may be from the time. */
  readonly skewMs?: number;
  /** Which integrations there are, and what a consumer of the queue does with a poke of any of them. */
  readonly integrations?: Integrations;
  readonly consume?: (ports: Ports, poke: Poke) => Promise<void>;
  /** With it, many requests here are protected ones, some with an email that Stripe refuses. */
  readonly saga?: StateMachine;
  /** What of it happens, and in which order of turns: everything, in the first, unless said. */
  readonly plan?: Plan;
  readonly turns?: number;
};

/** An edit of one field that was answered: between which calls of the run it happened. */
export type Edit = {
  readonly side: 'here' | 'there';
  readonly customer: string;
  readonly field: 'name' | 'email';
  readonly value: string;
  readonly began: number;
  /** `Infinity`: whoever made it was never told. */
  readonly ended: number;
};

export type TwoWayRig = Rig & { readonly edits: readonly Edit[]; readonly resume: (due: Due) => void };

const EDITS = 4;
const LONGEST_PAUSE_MS = 4_000;
const CALM = { isFaulty: false, lifetimeMs: Number.POSITIVE_INFINITY };

async function consume(ports: Ports, poke: Poke): Promise<void> {
  for (const error of (await handlePokes(ports, [poke])).values()) throw error;
}

/** What an event of Stripe's asks for. */
export function pokeOf(happened: unknown): Poke | undefined {
  const { poke } = normaliseEvent(systemDigest, happened);
  return poke === 'ignored' ? undefined : poke;
}

/**
 * Two clients and two people at the dashboard create, change and delete the same few customers, while a postman delivers
 * Stripe's events: some, late, in any order, more than once.
 */
export function twoWayRig(story: TwoWayStory): TwoWayRig {
  const rig = createRig({ consume, ...story, startSaga: (...executor) => executions?.start(...executor) });
  const executions = story.saga && executionsOn(rig, story.saga);
  const resume = ({ key }: Due) => {
    if (key.type === 'operation') executions?.resume(key.operationId);
  };
  const edits: Edit[] = [];
  const actor = (name: string, act: (ports: Ports) => Promise<void>) => {
    if (rig.plan.happens(name)) rig.task(name, act, CALM);
  };
  actor('client-1', (ports) => actHere(rig, story, edits, ports, 1));
  actor('client-2', (ports) => actHere(rig, story, edits, ports, 2));
  actor('person-1', (ports) => actThere(rig, story, edits, ports, 1));
  actor('person-2', (ports) => actThere(rig, story, edits, ports, 2));
  actor('postman', (ports) => bringEvents(rig, ports));
  actor('sweep', (ports) => sweep(ports, resume));
  return { ...rig, edits, resume };
}

async function actHere(rig: Rig, story: TwoWayStory, edits: Edit[], ports: Ports, client: number): Promise<void> {
  const { random, plan } = rig;
  const newborn = { name: `C${client}`, email: `c${client}@example.com` };
  if (plan.happens(`client-${client}.create`)) {
    if (isProtected(rig, story)) await askProtected(rig, { it: 'create', customer: newborn });
    else await refusable(createCustomer(ports, newborn));
  }
  for (let edit = 1; edit <= EDITS; edit += 1) {
    await ports.clock.sleep(random.below(LONGEST_PAUSE_MS));
    if (!plan.happens(`client-${client}.${edit}`)) continue;
    const ids = rig.catalog().flatMap(({ key }) => (key.type === 'customer' ? [key.customerId] : []));
    if (ids.length === 0) continue;
    const id = random.pick(ids);
    if (random.chance(0.06)) {
      if (isProtected(rig, story)) await askProtected(rig, { it: 'delete', customerId: id });
      else await refusable(deleteCustomer(ports, id, { ifMatch: undefined, cancelSubscriptions: true }));
      continue;
    }
    const { field, value } = draw(rig, story, `h${client}.${edit}`);
    const began = rig.calls();
    const told = isProtected(rig, story)
      ? await askProtected(rig, { it: 'update', customerId: id, change: { [field]: refusedAtTimes(rig, value) } })
      : await refusable(updateCustomer(ports, id, { [field]: value }, undefined));
    if (told === 'refused') continue;
    const ended = told === 'done' ? rig.calls() : Number.POSITIVE_INFINITY;
    edits.push({ side: 'here', customer: id, field, value, began, ended });
  }
}

async function actThere(rig: Rig, story: TwoWayStory, edits: Edit[], ports: Ports, person: number): Promise<void> {
  const { random, plan } = rig;
  if (random.chance(0.5) && plan.happens(`person-${person}.create`))
    await rig.stripeCreate({ name: `B${person}`, email: emailOf(rig, story, `b${person}`) });
  for (let edit = 1; edit <= EDITS; edit += 1) {
    await ports.clock.sleep(random.below(LONGEST_PAUSE_MS));
    if (!plan.happens(`person-${person}.${edit}`)) continue;
    const alive = rig.stripeCustomers().flatMap(({ customer, deleted }) => (deleted ? [] : [customer.id]));
    if (alive.length === 0) continue;
    const id = random.pick(alive);
    if (random.chance(0.06)) {
      await rig.stripeDelete(id).catch(() => undefined);
      continue;
    }
    const { field, value } = draw(rig, story, `t${person}.${edit}`);
    const began = rig.calls();
    const isDone = await rig.stripeEdit(id, { [field]: value }).then(
      () => true,
      () => false,
    );
    if (isDone) edits.push({ side: 'there', customer: id, field, value, began, ended: rig.calls() });
  }
}

function draw(rig: Rig, story: TwoWayStory, word: string): Pick<Edit, 'field' | 'value'> {
  if (rig.random.chance(0.6)) return { field: 'name', value: word };
  return { field: 'email', value: emailOf(rig, story, word) };
}

function emailOf({ random }: Rig, { hasSharedEmails = false }: TwoWayStory, word: string): string {
  return hasSharedEmails ? `e${random.below(3)}@example.com` : `${word}@example.com`;
}

async function bringEvents(rig: Rig, ports: Ports): Promise<void> {
  for (let round = 0; round < 12; round += 1) {
    await ports.clock.sleep(rig.random.below(LONGEST_PAUSE_MS));
    if (!rig.plan.happens(`postman.${round}`)) continue;
    for (const event of rig.random.shuffled(rig.events()).slice(0, 3)) {
      const poke = pokeOf(event);
      if (poke !== undefined && rig.random.chance(0.7)) await ports.pokes.poke(poke);
    }
  }
}

/** Pokes what is due from time to time, as the schedule does. */
async function sweep({ store, clock, pokes }: Ports, resume: (due: Due) => void): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await clock.sleep(60_000);
    for (const due of await store.listDue(iso(clock.nowMs()), 10)) {
      const { key } = due;
      resume(due);
      if (key.type === 'sync') await pokes.poke(pokeTo(key.customerId, key.integration));
      if (key.type === 'link') await pokes.poke(pokeToExternal(key.externalId, key.integration));
    }
  }
}

function isProtected({ random }: Rig, { saga }: TwoWayStory): boolean {
  return saga !== undefined && random.chance(0.6);
}

/** Stripe takes no email of this domain. */
function refusedAtTimes({ random }: Rig, value: string): string {
  return random.chance(0.1) ? value.replace('@example.com', '@rejected.example') : value;
}

/** What a caller is told is no failure of the process. */
async function refusable(request: Promise<unknown>): Promise<'done' | 'refused'> {
  try {
    await request;
    return 'done';
  } catch (error) {
    if (error instanceof ProblemError) return 'refused';
    throw error;
  }
}

/** Both sides come to rest, and every event is delivered in the end: the sweep of Stripe's list sees to that. */
export async function endTwoWay(rig: TwoWayRig): Promise<void> {
  await rig.run();
  await rig.quiesce(rig.resume);
  for (const event of rig.random.shuffled(rig.events())) {
    const poke = pokeOf(event);
    if (poke !== undefined) rig.poke(poke);
  }
  await rig.run();
  await rig.quiesce(rig.resume);
}
