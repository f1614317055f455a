import type { CustomerChange, NewCustomer } from '#domain/customer.ts';
import { KEY_LIFETIME_SECONDS, type RequestIdentity } from '#domain/idempotency-key.ts';
import { isFinal } from '#domain/operation.ts';
import { ProblemError } from '#domain/problem.ts';
import type { Records } from '#ports/records.ts';
import type { RequestResult } from '#use-cases/catalog/request-result.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import type { BothSides } from './agreement.ts';
import type { Rig } from './rig.ts';
import type { Ports } from './simulated-ports.ts';

/** What a caller knows in the end. `unknown`: it was never told, and it may yet happen, or has happened twice. */
export type Told = 'done' | 'refused' | 'unknown';

const WAITS_MS = 20_000;
const TRIES = 3;
/** Clocks may differ by a minute. */
const KEY_LIFE_MS = (KEY_LIFETIME_SECONDS - 60) * 1000;

export type Asked =
  | { readonly it: 'create'; readonly customer: NewCustomer }
  | { readonly it: 'update'; readonly customerId: string; readonly change: CustomerChange }
  | { readonly it: 'delete'; readonly customerId: string };

/** A caller asks with protection, and with the same key again when it was told nothing. */
export async function askProtected(rig: Rig, asked: Asked): Promise<Told> {
  const request = {
    scope: 'caller',
    key: `key-${rig.calls()}`,
    fingerprint: JSON.stringify(asked),
    requestId: 'first',
  };
  const firstAskedMs = rig.nowMs();
  for (let tries = 0; tries < TRIES; tries += 1) {
    let told: RequestResult | undefined;
    let isRefused = false;
    await rig.task(`api ${asked.it}`, async (ports) => {
      try {
        told = await ask(ports, asked, request);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        isRefused = true;
      }
    });
    // Some of these are not final: but whoever is told them knows that nothing was begun.
    if (isRefused) return tries === 0 ? 'refused' : 'unknown';
    if (told === undefined || told.is === 'underway') continue;
    // After its key's life this was another request: the first may have happened too, and others between them.
    if (tries > 0 && rig.nowMs() - firstAskedMs > KEY_LIFE_MS) return 'unknown';
    return told.is === 'completed' ? 'done' : 'refused';
  }
  return 'unknown';
}

function ask(ports: Ports, asked: Asked, request: RequestIdentity): Promise<RequestResult> {
  const waiting = { deadlineMs: ports.clock.nowMs() + WAITS_MS, request };
  switch (asked.it) {
    case 'create':
      return createWithIntegrity(ports, asked.customer, waiting);
    case 'update':
      return updateWithIntegrity(ports, asked.customerId, asked.change, undefined, waiting);
    case 'delete':
      return deleteWithIntegrity(ports, asked.customerId, {
        ...{ ifMatch: undefined, cancelSubscriptions: true },
        ...waiting,
      });
  }
}

/** What protected operations have left unfinished in a quiescent world, one sentence each. */
export function unfinished(sides: Pick<BothSides, 'catalog'>): string[] {
  return sides.catalog().flatMap(({ key, record }) => {
    if (key.type === 'operation') {
      const { id, kind, status } = record as Records['operation'];
      return isFinal(status) ? [] : [`the ${kind} ${id} is ${status}`];
    }
    if (key.type === 'customer') {
      const { id, status, owner } = record as Records['customer'];
      const isIdle = owner === undefined && status !== 'pending' && status !== 'deleting';
      return isIdle ? [] : [`${id} is ${status}, and owned by ${owner}`];
    }
    if (key.type !== 'emailClaim') return [];
    const { state, customerId } = record as Records['emailClaim'];
    return state === 'held' ? [] : [`an email is ${state} for ${customerId}`];
  });
}
