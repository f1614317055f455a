import { dashboard } from '../stack/dashboard.ts';
import type { Stack } from '../stack/stack.ts';
import { putItem } from '../stack/world.ts';

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };
/** A request that Stripe has had under a key, and whose answer was not heard. */
export type Sent = { readonly key: string; readonly path: string; readonly form: Readonly<Record<string, string>> };

/** An operation in the middle of its work, with every item of it and what Stripe has of it, as one version left them. */
export type StoredOperation = {
  readonly name: string;
  readonly operationId: string;
  readonly ends: 'succeeded' | 'compensated';
  /** Times stand as `{T<milliseconds>}` from the moment at which they were kept, seconds as `{S<seconds>}`. */
  readonly items: readonly Item[];
  /** The customers that are in Stripe already, by the id that the items have for them. */
  readonly customers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly sent: readonly Sent[];
};

/** Items with their times written as distances from now. */
export function keep(items: readonly Item[], nowMs: number): Item[] {
  const text = JSON.stringify(items)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => `{T${Date.parse(time) - nowMs}}`)
    .replace(
      /"expiresAtSeconds":(\d+)/g,
      (_, at) => `"expiresAtSeconds":"{S${Number(at) - Math.round(nowMs / 1000)}}"`,
    );
  return JSON.parse(text);
}

function unkeep(text: string, nowMs: number): Item[] {
  const whole = text
    .replace(/"\{S(-?\d+)\}"/g, (_, seconds) => String(Math.round(nowMs / 1000) + Number(seconds)))
    .replace(/\{T(-?\d+)\}/g, (_, ms) => new Date(nowMs + Number(ms)).toISOString());
  return JSON.parse(whole);
}

/** Puts what was stored into a stack as if this moment were the one at which it was kept. */
export async function putBack(stack: Stack, { items, customers, sent }: StoredOperation): Promise<void> {
  const stripe = dashboard(stack);
  const there = new Map<string, string>();
  const named = (text: string) => [...there].reduce((known, [from, to]) => known.replaceAll(from, to), text);
  for (const [id, fields] of Object.entries(customers)) {
    there.set(id, ((await stripe.rawRequest('POST', '/v1/customers', fields)) as { id?: string }).id ?? '');
  }
  // Under the key, and with the parameters, of the version that sent them: others would be refused.
  for (const { key, path, form } of sent) {
    if (path.startsWith('DELETE ')) await stripe.rawRequest('DELETE', named(path.slice(7)), undefined);
    else await stripe.rawRequest('POST', named(path), form, { additionalHeaders: { 'idempotency-key': key } });
  }
  const { now } = (await stack.control$('POST', '/clock', { advance_seconds: 0 })) as { now: string };
  for (const item of unkeep(named(JSON.stringify(items)), Date.parse(now))) await putItem(stack, item);
}
