import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { customerBusy, emailTaken, ProblemError } from '#domain/problem.ts';
import type { WriteTo } from '#ports/catalog-store.ts';
import type { RequestKeyRecord } from '#ports/records.ts';
import type { Clock, Random } from '#ports/system.ts';
import { findEarlierWork, tieKey } from './request-key.ts';
import type { RequestResult } from './request-result.ts';
import type { OwedToOthers, ReadDeps } from './standings.ts';

export type RequestDeps = ReadDeps & { readonly clock: Clock; readonly random: Random };

/** What a request writes first, in one transaction. `work` is what the request's key is tied to. */
export type FirstWrites = OwedToOthers & {
  readonly work: Pick<RequestKeyRecord, 'operationId' | 'reply'>;
  readonly customer: WriteTo<'customer'>;
  /** The claim on an email that becomes this customer's. */
  readonly claim?: WriteTo<'emailClaim'> | undefined;
  /** The claim on an email that it no longer has. */
  readonly oldClaim?: WriteTo<'emailClaim'> | undefined;
  readonly operation?: WriteTo<'operation'>;
  readonly sync?: WriteTo<'sync'>;
  readonly link?: WriteTo<'link'>;
  readonly audit?: WriteTo<'audit'>;
  readonly counter?: WriteTo<'counter'>;
};

/** An unfinished operation is waited for twice, at most 2 s in all. */
const LONGEST_WAITS_MS = [500, 1500];
/** A writer that was merely faster is followed at once: this many times, with growing pauses of about 2 s in all. */
const RACES = 12;
const RACE_PAUSE_MS = 30;

/**
 * Commits a request's first transaction, or finds that an earlier request with its key did. `prepare` decides afresh on
 * each try, on what it reads then: its writes must be conditioned on that. It answers `busy` when somebody else has to
 * finish first.
 * @throws ProblemError what `prepare` throws; `email-taken`; `customer-busy`; `idempotency-key-reused`.
 */
export async function commitRequest(
  deps: RequestDeps,
  request: RequestIdentity | undefined,
  prepare: (nowMs: number) => Promise<FirstWrites | 'busy'>,
): Promise<RequestResult | { readonly is: 'committed' }> {
  const { store, clock } = deps;
  let superseded: string | undefined;
  const waits = [...LONGEST_WAITS_MS];
  for (let races = 0; ; ) {
    const nowMs = clock.nowMs();
    const prepared = await prepareOrJoin(deps, request, () => prepare(nowMs));
    if (prepared === 'busy') {
      await standInLine(deps, waits);
      continue;
    }
    if ('is' in prepared) return prepared;
    const { work, ...writes } = prepared;
    const result = await store.commit({ requestKey: request && tieKey(request, work, nowMs, superseded), ...writes });
    if (result.committed) return { is: 'committed' };
    // The key is looked at first: the twin of this very request must not be told that its email is taken.
    const tied = result.refused.requestKey?.existing;
    if (request !== undefined && tied !== undefined) {
      const earlier = await findEarlierWork(store, request, tied);
      if (earlier.is !== 'superseded') return earlier;
      superseded = earlier.operationId;
      continue;
    }
    const claimed = result.refused.claim?.existing;
    if (claimed?.state === 'held') throw emailTaken();
    if (claimed !== undefined) await standInLine(deps, waits);
    else {
      races += 1;
      if (races > RACES) throw customerBusy();
      await clock.sleep(deps.random.fraction() * RACE_PAUSE_MS * races);
    }
  }
}

/**
 * A request that is refused or has to wait, as things stand now, may be the repeat of one that is the reason for it: of
 * a delete whose customer is gone, of an operation that holds the customer. Its key knows.
 */
async function prepareOrJoin(
  { store }: RequestDeps,
  request: RequestIdentity | undefined,
  prepare: () => Promise<FirstWrites | 'busy'>,
): Promise<FirstWrites | 'busy' | RequestResult> {
  const prepared = await prepare().catch((error: unknown) => {
    if (error instanceof ProblemError) return error;
    throw error;
  });
  const isPrepared = prepared !== 'busy' && !(prepared instanceof ProblemError);
  if (isPrepared) return prepared;
  if (request !== undefined) {
    const [tied] = await store.read([{ type: 'requestKey', scope: request.scope, key: request.key }]);
    const earlier = tied && (await findEarlierWork(store, request, tied));
    if (earlier !== undefined && earlier.is !== 'superseded') return earlier;
  }
  if (prepared === 'busy') return prepared;
  throw prepared;
}

async function standInLine({ clock, random }: RequestDeps, waits: number[]): Promise<void> {
  const longestWaitMs = waits.shift();
  if (longestWaitMs === undefined) throw customerBusy();
  await clock.sleep(longestWaitMs * (0.5 + random.fraction() / 2));
}
