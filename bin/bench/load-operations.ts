import { createHmac, randomUUID } from 'node:crypto';
import type { ReadyLine } from '#local/ready-line.ts';
import type { Stage } from '../demo/stage.ts';
import { naiveCreate } from './naive.ts';
import { create, eventsOf, expectStatus, keyed, PROTECTED, someone } from './operation.ts';

/** What is asked for again and again, by some at once. */
export type LoadOperation = {
  readonly name: string;
  /** Makes what so many requests need, each of which can be made once. */
  prepare?(requests: number): Promise<void>;
  /** One request. Each of those who ask at once has a number of its own, from 0. */
  work(asker: number): Promise<void>;
};

/** With which all others are compared. */
export const NAIVE = 'naive create';
export const PROTECTED_CREATE = 'create, protected';

const PREPARED_AT_ONCE = 8;

/** The naive one first: the others are told beside it. Each of `askers` has a customer of its own to change. */
export async function loadOperations(stage: Stage, ready: ReadyLine, askers: number): Promise<LoadOperation[]> {
  const created = async (headers: Readonly<Record<string, string>> = {}, body: object = someone()) =>
    (await expectStatus(create(stage, keyed(headers), body), 201, 202)).body;
  const pathOfNew = async () => `/customers/${(await created())['id']}`;
  const paths = await severalAtOnce(askers, pathOfNew);
  const deletable: string[] = [];
  const rename = (headers: Readonly<Record<string, string>>) => async (asker: number) => {
    const asked = { body: { name: `Renamed ${randomUUID()}` }, headers: keyed(headers) };
    await expectStatus(stage.api('PATCH', paths[asker] ?? '', asked), 200, 202);
  };
  const [replayed, taken] = [{ headers: keyed(PROTECTED), body: someone() }, someone()];
  const replay = () => expectStatus(create(stage, replayed.headers, replayed.body), 201);
  await Promise.all([replay(), created({}, taken)]);
  const event = await eventOf(stage, () => created(PROTECTED));
  await stage.settle();
  return [
    { name: NAIVE, work: await naiveCreate(ready) },
    { name: PROTECTED_CREATE, work: async () => void (await created(PROTECTED)) },
    { name: 'create, default', work: async () => void (await created()) },
    { name: 'update, protected', work: rename(PROTECTED) },
    { name: 'update, default', work: rename({}) },
    {
      name: 'delete, protected',
      async prepare(requests) {
        deletable.push(...(await severalAtOnce(requests - deletable.length, pathOfNew)));
      },
      async work() {
        const path = deletable.pop() ?? '';
        await expectStatus(stage.api('DELETE', path, { headers: keyed(PROTECTED) }), 200);
      },
    },
    { name: 'replay of a create', work: async () => void (await replay()) },
    {
      name: 'create, email taken',
      work: async () => void (await expectStatus(create(stage, keyed(), taken), 409)),
    },
    { name: 'GET customer', work: async () => void (await expectStatus(stage.api('GET', paths[0] ?? ''), 200)) },
    { name: 'webhook', work: () => deliver(ready, event, ready.webhook_secret, 200) },
    { name: 'webhook, refused', work: () => deliver(ready, event, 'whsec_other', 400) },
  ];
}

async function severalAtOnce<Result>(count: number, make: () => Promise<Result>): Promise<Result[]> {
  const all: Result[] = [];
  while (all.length < count) {
    const next = Math.min(PREPARED_AT_ONCE, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: next }, make))));
  }
  return all;
}

/** An event as Stripe sends it. */
async function eventOf(stage: Stage, work: () => Promise<unknown>): Promise<string> {
  const [id] = await eventsOf(stage, work);
  return JSON.stringify(await stage.stripe('GET', `/v1/events/${id}`));
}

/** As Stripe signs it: https://docs.stripe.com/webhooks#verify-manually. */
async function deliver({ webhook }: ReadyLine, body: string, secret: string, wanted: number): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const headers = { 'stripe-signature': `t=${seconds},v1=${signature}` };
  const { status } = await fetch(webhook, { method: 'POST', headers, body });
  if (status !== wanted) throw new Error(`A webhook was answered ${status}, not ${wanted}.`);
}
