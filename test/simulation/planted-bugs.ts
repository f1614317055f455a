import type { PlantedBug } from '../stack/planted-bug.ts';

type Control = PlantedBug & {
  readonly bug: string;
  /** The promise that it breaks, by its name in docs/guarantees.md. */
  readonly breaks: string;
  /** One whose story ends badly without the guard. */
  readonly seed: number;
};

const SAGA = 'lib/use-cases/saga';
const SYNC = 'lib/use-cases/sync';
const CATALOG = 'lib/use-cases/catalog';

/** Guards of the protocol. Those that others stand in for are not here: alone, none of them is missed. */
export const PLANTED_BUGS: readonly Control[] = [
  {
    bug: 'a create is undone before `compensating` is committed',
    breaks: 'both-or-neither',
    seed: 35,
    file: `${SAGA}/give-up.ts`,
    guard: "const committed = await changeOperation(deps, operation, { status: 'compensating' });",
    without: 'const committed: object | undefined = operation;',
  },
  {
    bug: 'a given-up update is released although it may be on its way',
    breaks: 'both-or-neither',
    seed: 61,
    file: `${SAGA}/give-up.ts`,
    guard: "if (isOutstanding(operation)) return 'unsettled';",
    without: '',
  },
  {
    bug: 'an overdue operation gets no new executor',
    breaks: 'ends',
    seed: 1,
    file: `${SAGA}/resume-operation.ts`,
    guard: 'if (committed) await deps.saga.start(operationId, fence);',
    without: '',
  },
  {
    bug: 'each try has a key of its own',
    breaks: 'one-twin',
    seed: 2,
    file: `${SAGA}/kinds/kind.ts`,
    guard: '{ id, attempt }',
    without: '{ id, sent: attempt }',
  },
  {
    bug: 'a new key is used while the request under the old one may be on its way',
    breaks: 'one-twin',
    seed: 33,
    file: `${SAGA}/apply.ts`,
    guard: "if (outcome.is === 'failed' && outcome.replayed) return",
    without: "if (outcome.is !== 'nothing') return",
  },
  {
    bug: 'a key that Stripe has forgotten is sent again',
    breaks: 'one-twin',
    seed: 39,
    file: 'lib/domain/travel.ts',
    guard: '< KEY_USABLE_MS;',
    without: '< Number.POSITIVE_INFINITY;',
  },
  {
    bug: 'the old email stays claimed when an operation has changed it',
    breaks: 'emails-free',
    seed: 35,
    file: `${SAGA}/kinds/update.ts`,
    guard: 'oldClaim: hasOtherClaim && before?.email != null ? freeEmail(before.email, customerId) : undefined,',
    without: '',
  },
  {
    bug: 'a refused update keeps the email that it had reserved',
    breaks: 'emails-free',
    seed: 3,
    file: `${SAGA}/kinds/update.ts`,
    guard: 'claim: hasOtherClaim && after.email !== null ? unreserveEmail(after.email, operation.id) : undefined,',
    without: '',
  },
  {
    bug: 'the email of a create that came to nothing is not given back',
    breaks: 'emails-free',
    seed: 14,
    file: `${SAGA}/kinds/create.ts`,
    guard: 'claim: unreserveEmail(emailOf(operation), operation.id),',
    without: '',
  },
  {
    bug: 'a customer is changed although its version has moved',
    breaks: 'no-lost-update',
    seed: 173,
    file: `${CATALOG}/read-live.ts`,
    guard: "return all(equal('version', version), missing('owner'));",
    without: "return missing<'owner' | 'version'>(Number(version) > 0 ? 'owner' : 'version');",
  },
  {
    bug: 'the open attempt is forgotten',
    breaks: 'one-twin',
    seed: 1,
    file: `${SYNC}/sync-customer.ts`,
    guard: 'if (sync.attemptKey === undefined) return undefined;',
    without: 'if (Number(1)) return undefined;',
  },
  {
    bug: 'an attempt that may still land is closed as lost',
    breaks: 'one-twin',
    seed: 1,
    file: `${SYNC}/settle.ts`,
    guard: "const isLost = outcome.is === 'failed' && outcome.replayed;",
    without: "const isLost = outcome.is === 'failed' || outcome.is === 'unknown';",
  },
  {
    bug: 'all that is here counts as agreed when some of it has arrived',
    breaks: 'both-edits-survive',
    seed: 1,
    file: `${SYNC}/settle.ts`,
    guard: 'broughtOver(run, attempt.record, externalId)',
    without:
      'broughtOver(run, { ...attempt.record, fields: { name: run.customer.name, email: run.customer.email } }, externalId)',
  },
  {
    bug: 'the base moves where the sides are not known to agree',
    breaks: 'both-edits-survive',
    seed: 67,
    file: 'lib/domain/merge.ts',
    guard: "base: { ...base, ...having(['agreed'], local) },",
    without: 'base: { ...base, ...local },',
  },
  {
    bug: 'the other side wins when both have changed',
    breaks: 'both-edits-survive',
    seed: 28,
    file: 'lib/domain/merge.ts',
    guard: "return owner === 'catalog' ? 'push-over' : 'pull-over';",
    without: "return owner === 'catalog' ? 'pull-over' : 'push-over';",
  },
  {
    bug: 'a value that our write replaced unseen is not audited',
    breaks: 'losers-audited',
    seed: 3,
    file: `${SYNC}/echo.ts`,
    guard: 'if (!isExpected(deps, event, own.expected)) await auditOverruled(deps, event, own);',
    without: '',
  },
  {
    bug: 'an echo is taken for a foreign edit',
    breaks: 'losers-audited',
    seed: 7,
    file: `${SYNC}/echo.ts`,
    guard: 'const own = ownWrite(event, attempt, operation);',
    without: 'const own = Number(0) ? ownWrite(event, attempt, operation) : undefined;',
  },
  {
    bug: 'a value that lost is not audited',
    breaks: 'losers-audited',
    seed: 1,
    file: `${SYNC}/decide.ts`,
    guard: 'const overruled = newlyOverruled(merged, taken, sync.seen);',
    without: 'const overruled = Number(0) ? newlyOverruled(merged, taken, sync.seen) : undefined;',
  },
  {
    bug: 'a customer deleted in Stripe stays here',
    breaks: 'deletes-follow',
    seed: 7,
    file: `${SYNC}/sync-customer.ts`,
    guard: 'if (twin?.isDeleted === true) return endGone(deps, run);',
    without: '',
  },
  {
    bug: 'a customer that we made is imported as a stranger’s',
    breaks: 'one-twin',
    seed: 1,
    file: `${SYNC}/adopt-external.ts`,
    guard: "if (found.owner === 'nobody') return",
    without: 'if (Number(1)) return',
  },
  {
    bug: 'a protected edit ends what an edit in Stripe still waits for',
    breaks: 'both-edits-survive',
    seed: 20480,
    file: `${SAGA}/hold-sync.ts`,
    guard: "status !== 'synced' || dueAt !== undefined ||",
    without: "status === 'conflict' ||",
  },
  {
    bug: 'a customer that is deleted here lives on in Stripe',
    breaks: 'deletes-follow',
    seed: 8,
    file: `${SYNC}/sync-customer.ts`,
    guard: "if (customer.status === 'deleted') return removeThere(deps, run);",
    without: '',
  },
  {
    bug: 'a deleted customer still counts',
    breaks: 'counts-true',
    seed: 8,
    file: `${CATALOG}/delete-customer.ts`,
    guard: 'counter: countLive(customerId, -1),',
    without: '',
  },
];
