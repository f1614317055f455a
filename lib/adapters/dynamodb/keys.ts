import { createHash } from 'node:crypto';
import type { IntegrationName } from '#domain/integrations.ts';
import type { Due, Scanned } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';

export type ItemKey = { readonly pk: string; readonly sk: string };

/** Sparse indexes are spread over this many partitions, so that none of them is hot. Never change it: items carry it. */
export const SHARDS = 8;

/** The shard of a key: stable, evenly spread. */
export function shardOf({ pk }: ItemKey): number {
  return createHash('sha256').update(pk).digest().readUInt8(0) % SHARDS;
}

/** Where a record stands in the table. Nothing personal is part of a key: emails and request keys are hashed. */
export function itemKey(key: RecordKey): ItemKey {
  switch (key.type) {
    case 'customer':
      return { pk: `CUSTOMER#${key.customerId}`, sk: 'CUSTOMER' };
    case 'sync':
      return { pk: `CUSTOMER#${key.customerId}`, sk: `SYNC#${key.integration}` };
    case 'attempt':
      return { pk: `CUSTOMER#${key.customerId}`, sk: `ATTEMPT#${key.key}` };
    case 'audit':
      return { pk: `CUSTOMER#${key.customerId}`, sk: `AUDIT#${key.entryId}` };
    case 'emailClaim':
      return { pk: `EMAIL#${'email' in key ? hash(key.email) : key.emailHash}`, sk: 'CLAIM' };
    case 'link':
      return { pk: `LINK#${key.integration}#${key.externalId}`, sk: 'LINK' };
    case 'requestKey':
      return { pk: `KEY#${'keyHash' in key ? key.keyHash : hash(JSON.stringify([key.scope, key.key]))}`, sk: 'KEY' };
    case 'operation':
      return { pk: `OPERATION#${key.operationId}`, sk: 'OPERATION' };
    case 'lease':
      return { pk: `LEASE#${key.name}`, sk: 'LEASE' };
    case 'eventPosition':
      return { pk: 'EVENTS', sk: key.integration === undefined ? 'POSITION' : `POSITION#${key.integration}` };
    case 'counter':
      return { pk: `COUNTER#${key.name}#${key.shard}`, sk: 'COUNTER' };
    case 'lastWebhook':
      return { pk: `WEBHOOK#${key.integration}`, sk: 'LAST' };
    case 'reconciliation':
      return { pk: 'RECONCILIATION', sk: 'LAST' };
    case 'cleanupPosition':
      return { pk: 'CLEANUP', sk: 'POSITION' };
    case 'consistencyRun':
      return { pk: `RUN#${key.runId}`, sk: 'RUN' };
    case 'latestRun':
      return { pk: 'RECONCILIATION', sk: 'RUN' };
  }
}

/** How the index of those apart is sorted. */
export function apartKey(status = '', since = ''): string {
  return `${status} ${since}`;
}

/** The status and the time that such a key was made of. */
export function splitApartKey(key: string): [status: string, since: string] {
  return splitOnce(key, ' ');
}

/** The key of a record that the due index names. */
export function dueKey({ pk, sk }: ItemKey): Due['key'] {
  const [kind, id] = splitOnce(pk);
  if (kind === 'OPERATION') return { type: 'operation', operationId: id };
  if (kind === 'RUN') return { type: 'consistencyRun', runId: id };
  if (kind === 'LINK') {
    const [of, externalId] = splitOnce(id);
    return { type: 'link', integration: of as IntegrationName, externalId };
  }
  const [, integration] = splitOnce(sk);
  return { type: 'sync', customerId: id, integration: integration as IntegrationName };
}

/** The key of an item that a scan has come upon; `undefined` when scans do not tell of its type. */
export function scannedKey({ pk, sk }: ItemKey): Scanned['key'] | undefined {
  const [kind, id] = splitOnce(pk);
  const [part, rest] = splitOnce(sk);
  if (kind === 'CUSTOMER' && sk === 'CUSTOMER') return { type: 'customer', customerId: id };
  if (kind === 'CUSTOMER' && part === 'SYNC')
    return { type: 'sync', customerId: id, integration: rest as IntegrationName };
  if (kind === 'CUSTOMER' && part === 'AUDIT') return { type: 'audit', customerId: id, entryId: rest };
  if (kind === 'EMAIL') return { type: 'emailClaim', emailHash: id };
  if (kind === 'KEY') return { type: 'requestKey', keyHash: id };
  if (kind === 'LEASE') return { type: 'lease', name: id };
  if (kind === 'LINK' || kind === 'OPERATION') return dueKey({ pk, sk }) as Scanned['key'];
  return undefined;
}

function splitOnce(text: string, mark = '#'): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + 1)];
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
