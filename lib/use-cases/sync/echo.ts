import type { CustomerFields } from '#domain/customer.ts';
import { isFinal } from '#domain/operation.ts';
import { absent, put } from '#ports/catalog-store.ts';
import { digestOf, type EventNotice } from '#ports/pokes.ts';
import type { AttemptRecord, OperationRecord, RecordKey } from '#ports/records.ts';
import type { SyncDeps } from './run.ts';

/** A write of ours that an event may be the echo of. */
type OwnWrite = {
  readonly customerId: string;
  /** `open`: its sender has yet to learn what the event tells. `undone`: it was given up, and yet it happened. */
  readonly is: 'accepted' | 'open' | 'undone';
  /** What it was expected to replace; a create replaces nothing. */
  readonly expected: Partial<CustomerFields>;
};

/** Under which records a key of ours stands: it begins with the customer's id, or with the operation's; a follower is named after that. */
export function ownWriteKeys(key: string | undefined): readonly [RecordKey, RecordKey] | [] {
  const [, id] = /^([\w-]{1,64})(?::[\w-]{1,64})?:\d+$/.exec(key ?? '') ?? [];
  if (key === undefined || id === undefined) return [];
  return [
    { type: 'attempt', customerId: id, key },
    { type: 'operation', operationId: id },
  ];
}

/**
 * Whether an event is our own write coming back, with nothing in it that we did not know. The key proves whose write
 * it is; the values before it show whether it has replaced one that nobody here had seen. Such a value is audited as
 * overruled, and never written back: that could undo a newer edit.
 */
export async function recogniseEcho(
  deps: SyncDeps,
  event: EventNotice,
  attempt: AttemptRecord | undefined,
  operation: OperationRecord | undefined,
): Promise<OwnWrite['is'] | 'foreign'> {
  const own = ownWrite(event, attempt, operation);
  // An event that does not tell what was before proves nothing, unless there was nothing.
  if (own === undefined || (event.kind === 'updated' && event.previous === undefined)) return 'foreign';
  if (!isExpected(deps, event, own.expected)) await auditOverruled(deps, event, own);
  return own.is;
}

function ownWrite(
  { key }: EventNotice,
  attempt: AttemptRecord | undefined,
  operation: OperationRecord | undefined,
): OwnWrite | undefined {
  if (attempt !== undefined) {
    const [customerId = ''] = (key ?? '').split(':');
    const { outcome, expected = {} } = attempt;
    return { customerId, is: outcome === 'accepted' || outcome === 'open' ? outcome : 'undone', expected };
  }
  if (operation === undefined) return undefined;
  const { customerId, fields = {}, base, status } = operation;
  const expected = Object.fromEntries(
    Object.keys(fields).map((field) => [field, base?.[field as keyof CustomerFields] ?? null]),
  );
  return { customerId, is: status === 'succeeded' ? 'accepted' : isFinal(status) ? 'undone' : 'open', expected };
}

/** Of the fields that we sent, those that changed by it had the values that we expected there. */
function isExpected({ digest }: SyncDeps, { id, previous = {} }: EventNotice, expected: Partial<CustomerFields>) {
  return Object.entries(expected).every(([field, value]) => {
    const before = previous[field as keyof CustomerFields];
    return before === undefined || before === digestOf(digest, id, value);
  });
}

/** One entry an event, however often it comes: its id follows from the event alone. */
async function auditOverruled(deps: SyncDeps, event: EventNotice, { customerId, expected }: OwnWrite): Promise<void> {
  const previous = await deps.integration.findPrevious(event.id);
  const overruled = Object.fromEntries(Object.entries(previous ?? {}).filter(([field]) => field in expected));
  const { createdAt: at, id: stripeEventId } = event;
  await deps.store.commit({
    audit: put(
      { type: 'audit', customerId, entryId: `${at}#${stripeEventId}` },
      { at, cause: 'webhook', before: null, after: null, overruled, stripeEventId },
      absent,
    ),
  });
}
