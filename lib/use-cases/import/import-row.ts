import { normalizeEmail } from '#domain/email.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { emailTaken, type Problem, ProblemError } from '#domain/problem.ts';
import { StoreContendedError } from '#ports/catalog-store.ts';
import { createCustomer } from '../catalog/create-customer.ts';
import { findThere, refuseIfOwned } from '../catalog/link-customer.ts';
import { customerKey, type SyncDeps, syncKey } from '../sync/run.ts';
import { bringIn, gathering } from './bring-in.ts';
import { createLinked } from './create-linked.ts';
import type { ImportResult } from './import-result.ts';
import { resultOfCustomer } from './standing.ts';

/** A row of a file: parsed, trimmed, valid. */
export type ImportRow = {
  readonly line: number;
  readonly name: string;
  readonly email: string;
  /** The customer's twin, when Stripe has it already. */
  readonly externalId?: string | undefined;
};

/**
 * Creates the customer of a row as `POST /customers` would, under a key made of the row itself: twice is once. With an
 * external id it is linked to that Stripe customer in the same transaction, so that no second one can be made.
 */
export async function importRow(deps: SyncDeps, row: ImportRow): Promise<ImportResult> {
  const { name, email, externalId } = row;
  const known = await resultIfIn(deps, row);
  if (known?.is === 'already-in') return known;
  const request = identityOf(deps, row);
  const led = gathering();
  const creates = { ...deps, pokes: led.pokes };
  try {
    const done = await (externalId === undefined
      ? createCustomer(creates, { name, email }, request)
      : createLinked(creates, { name, email, externalId }, request));
    if (done.is !== 'completed' || done.reply.is !== 'created')
      throw new Error('A create was answered as another work.');
    const { id } = done.reply.customer;
    await bringIn(deps, [...led.gathered, { customerId: id }]);
    const result = await resultOfCustomer(deps, id);
    const isOld = done.replayed !== false && result.is === 'imported';
    return isOld ? { ...result, is: 'already-in' } : result;
  } catch (error) {
    if (error instanceof ProblemError)
      return (await resultIfIn(deps, row)) ?? (await refused(deps, row, error.problem));
    // Others were at work on the same items for too long; the row can be given again.
    if (error instanceof StoreContendedError)
      return { is: 'refused', email, externalId, reason: 'others kept it busy' };
    throw error;
  }
}

/** What `importRow` would do, as things stand now. Reads only. */
export async function foreseeRow(deps: SyncDeps, row: ImportRow): Promise<ImportResult> {
  const { email, externalId } = row;
  const known = await resultIfIn(deps, row);
  if (known !== undefined) return known;
  try {
    if ((await findHolder(deps, row)).holderId !== undefined) throw emailTaken();
    if (externalId !== undefined) await refuseIfOwned(deps, '', await findThere(deps.integration, externalId));
  } catch (error) {
    if (error instanceof ProblemError) return refused(deps, row, error.problem);
    throw error;
  }
  return { is: 'imported', email, externalId };
}

/** The row stands in the catalog, whoever brought it: its key is forgotten after a day. */
async function resultIfIn(deps: SyncDeps, row: ImportRow): Promise<ImportResult | undefined> {
  const { holderId, holder, sync } = await findHolder(deps, row);
  if (holderId === undefined || holder?.name !== row.name || holder.status !== 'active') return undefined;
  if (row.externalId !== undefined && sync?.externalId !== row.externalId) return undefined;
  const result = await resultOfCustomer(deps, holderId);
  return result.is === 'imported' ? { ...result, is: 'already-in' } : result;
}

async function findHolder(deps: SyncDeps, { email }: ImportRow) {
  const [claim] = await deps.store.read([{ type: 'emailClaim', email: normalizeEmail(email) }]);
  if (claim === undefined) return {};
  const holderId = claim.customerId;
  const [holder, sync] = await deps.store.read([customerKey(holderId), syncKey(deps, holderId)]);
  return { holderId, holder, sync };
}

async function refused(deps: SyncDeps, row: ImportRow, { type, detail, errors }: Problem): Promise<ImportResult> {
  const { email, externalId } = row;
  const reason = errors?.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join(', ') ?? detail;
  const { holderId: otherCustomerId } = type === 'email-taken' ? await findHolder(deps, row) : {};
  return { is: 'refused', email, externalId, reason, otherCustomerId };
}

/** Twice the same row is the same request. */
function identityOf({ digest, random }: SyncDeps, { name, email, externalId }: ImportRow): RequestIdentity {
  const fingerprint = digest(JSON.stringify([name, email, externalId ?? null]));
  return { scope: JSON.stringify(['import', 'csv']), key: fingerprint, fingerprint, requestId: random.id() };
}
