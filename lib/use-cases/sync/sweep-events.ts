import { GATE, type IntegrationName } from '#domain/integrations.ts';
import { absent, type CatalogStore, equal, put } from '#ports/catalog-store.ts';
import type { EventList, EventPage } from '#ports/event-list.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { EventPositionRecord } from '#ports/maintenance-records.ts';
import type { Poke, Pokes } from '#ports/pokes.ts';
import { type Clock, iso, type Random } from '#ports/system.ts';
import { isNoted } from '../health/note-webhook.ts';

export type SweepEventsDeps = {
  readonly store: CatalogStore;
  readonly integration: IntegrationName;
  readonly events: EventList;
  readonly pokes: Pokes;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly random: Random;
};

/**
 * `through`: everything up to then has been poked. `ageSeconds`: how old that was when the sweep began. `unreadSince`:
 * events from then on are gone unread, so that only comparing both sides in full can tell what they were.
 * `silenceSeconds`: how long ago the oldest event happened that it met and after which no webhook has come; 0 when there
 * is none. The next sweep meets events of the last 25 minutes, so that it tells of a silence that goes on.
 */
export type EventSweepReport =
  | { readonly skipped: true }
  | {
      readonly pokes: number;
      readonly through: string;
      readonly ageSeconds: number;
      readonly isComplete: boolean;
      readonly silenceSeconds: number;
      readonly unreadSince?: string;
    };

/** Longer than a sweep may run. */
const LONGEST_SWEEP_MS = 6 * 60_000;
const PAGES_A_SWEEP = 40;
/** An event may be listed a while after it happened, and Stripe's clock is not ours. */
const OVERLAP_MS = 10 * 60_000;
/** Where a new deployment begins: what was before comes by an import. */
const FIRST_LOOK_BACK_MS = 3600_000;
/** "You can list events that happened in the last 30 days": https://docs.stripe.com/api/events/list */
const KEPT_MS = 30 * 24 * 3600_000;

/**
 * Finds what webhooks lost: pokes every customer that Stripe's list of events tells of since the last sweep. What came
 * by a webhook too is no news to the runs. Walks from the newest event back, some pages a sweep, and moves its position
 * only when it has come to the old one; a sweep that dies is gone on with from its last page.
 */
export async function sweepEvents(deps: SweepEventsDeps): Promise<EventSweepReport> {
  const lease = await deps.leases.tryAcquire(['sweep-events'], deps.random.id(), LONGEST_SWEEP_MS);
  if (lease === undefined) return { skipped: true };
  try {
    return await sweep(deps);
  } finally {
    await deps.leases.release(lease);
  }
}

async function sweep(deps: SweepEventsDeps): Promise<EventSweepReport> {
  const nowMs = deps.clock.nowMs();
  const key = positionKey(deps.integration);
  const [known, webhook] = await deps.store.read([key, { type: 'lastWebhook', integration: deps.integration }]);
  let position = withinReach(known ?? { through: iso(nowMs - FIRST_LOOK_BACK_MS), step: 0 }, nowMs);
  let stored = known;
  const ageSeconds = Math.floor((nowMs - Date.parse((known ?? position).through)) / 1000);
  const walk = position.walk ?? { until: iso(nowMs) };
  let from = walk.from;
  let pokes = 0;
  let unheardMs = nowMs;
  for (let page = 0; page < PAGES_A_SWEEP; page += 1) {
    const time = { sinceMs: Date.parse(position.through) - OVERLAP_MS, untilMs: Date.parse(walk.until) };
    const found = named(deps.integration, await deps.events.list(time, from));
    await Promise.all(found.pokes.map((poke) => deps.pokes.poke(poke)));
    pokes += found.pokes.length;
    unheardMs = Math.min(unheardMs, ...unheard(found.pokes, webhook?.receivedAt));
    from = found.next;
    const { walk: _, ...rest } = position;
    const next: EventPositionRecord = {
      ...rest,
      ...(from === undefined ? { through: walk.until } : { walk: { ...walk, from } }),
      step: position.step + 1,
    };
    // Another sweep that came after this one has lost its lease goes its own way.
    const isUnchanged = stored === undefined ? absent : equal<'step'>('step', stored.step);
    const { committed } = await deps.store.commit({ position: put(key, next, isUnchanged) });
    if (!committed) return { skipped: true };
    position = next;
    stored = next;
    if (from === undefined) break;
  }
  const { through, unreadSince } = position;
  return {
    ...{ pokes, through, ageSeconds, isComplete: from === undefined },
    silenceSeconds: Math.floor((nowMs - unheardMs) / 1000),
    ...(unreadSince !== undefined && { unreadSince }),
  };
}

function positionKey(integration: IntegrationName) {
  return { type: 'eventPosition', ...(integration !== GATE && { integration }) } as const;
}

/** The pokes of a page say to which integration they are. */
function named(integration: IntegrationName, page: EventPage): EventPage {
  return integration === GATE ? page : { ...page, pokes: page.pokes.map((poke) => ({ ...poke, integration })) };
}

/** When those happened after which no webhook has come that would have been noted. */
function unheard(pokes: readonly Poke[], lastReceivedAt: string | undefined): number[] {
  return pokes
    .filter(isNoted)
    .flatMap(({ event }) => event?.createdAt ?? [])
    .filter((createdAt) => lastReceivedAt === undefined || createdAt > lastReceivedAt)
    .map((createdAt) => Date.parse(createdAt));
}

/** What Stripe has forgotten cannot be read any more: that is kept in mind, and the walk begins with what is left. */
function withinReach(position: EventPositionRecord, nowMs: number): EventPositionRecord {
  const oldest = iso(nowMs - KEPT_MS);
  if (position.through >= oldest) return position;
  const { walk: _, ...rest } = position;
  return { ...rest, through: oldest, unreadSince: position.unreadSince ?? position.through };
}
