import type { ExternalEvidence } from '../evidence.ts';
import { isLive, isUnfinished, type KindOf } from './kind.ts';

const isUnlinked = ({ external, link }: ExternalEvidence) => external !== undefined && link?.customerId === undefined;

const isOwed = ({ link }: ExternalEvidence) => link?.dueAt !== undefined;

/** The customer that its metadata names has it as its own. */
function isNamedBack({ externalId, named }: ExternalEvidence): boolean {
  return isLive(named?.customer) && named?.sync?.externalId === externalId;
}

/** No operation and no attempt that may have made it is still at work. */
function isMade({ named }: ExternalEvidence): boolean {
  return named !== undefined && !isUnfinished(named.operation) && named.attempt?.outcome !== 'open';
}

export const externalKinds: readonly KindOf<ExternalEvidence>[] = [
  {
    ...{ kind: 'never-imported', severity: 'error', action: 'adopt', isSafe: true },
    detail: 'A customer was born in Stripe that the catalog has never taken in.',
    isFound: (evidence) => isUnlinked(evidence) && evidence.external?.owner === 'nobody' && !isOwed(evidence),
  },
  {
    ...{ kind: 'adoption-overdue', severity: 'error', action: 'adopt', isSafe: true },
    detail: 'Whose a Stripe customer is has been to be found out for longer than the grace period.',
    isFound: (evidence) => isUnlinked(evidence) && isOwed(evidence),
  },
  {
    ...{ kind: 'stripe-orphan', severity: 'error', action: 'delete-in-stripe', isSafe: ({ isUnused }) => isUnused },
    detail: 'We made this Stripe customer, and the catalog has no live customer that it is for.',
    isFound: (evidence) =>
      isUnlinked(evidence) && !isOwed(evidence) && isMade(evidence) && !isLive(evidence.named?.customer),
  },
  {
    ...{ kind: 'stripe-customer-doubled', severity: 'critical', action: 'delete-in-stripe', isSafe: false },
    detail: 'We made this Stripe customer for one that is linked to another already: it has two.',
    isFound: (evidence) => {
      const { externalId, named } = evidence;
      const other = named?.sync?.externalId;
      const isSecond = isLive(named?.customer) && other !== undefined && other !== externalId;
      return isUnlinked(evidence) && !isOwed(evidence) && isMade(evidence) && isSecond;
    },
  },
  {
    ...{ kind: 'stripe-customer-not-linked', severity: 'error', action: 'adopt', isSafe: true },
    detail: 'We made this Stripe customer for one that does not know of it.',
    isFound: (evidence) => {
      const { named } = evidence;
      const isAlone = isLive(named?.customer) && named?.sync !== undefined && named.sync.externalId === undefined;
      return isUnlinked(evidence) && !isOwed(evidence) && isMade(evidence) && isAlone;
    },
  },
  {
    ...{
      kind: 'link-dangling',
      severity: 'error',
      action: 'clear-link',
      isSafe: ({ external }) => external === undefined,
    },
    detail: 'A link names a customer that the catalog does not have.',
    isFound: (evidence) => {
      const { link, linked } = evidence;
      const isNobodys = linked?.customer === undefined && linked?.sync === undefined;
      // Whoever names this Stripe customer is told of as one whose link names another.
      return link?.customerId !== undefined && isNobodys && !isNamedBack(evidence);
    },
  },
  {
    ...{ kind: 'link-one-sided', severity: 'error', action: 'join' },
    detail: 'A link names a customer that does not name this Stripe customer.',
    isSafe: ({ external, linked, link }) =>
      linked?.sync?.externalId === undefined &&
      typeof external?.owner === 'object' &&
      external.owner.customerId === link?.customerId,
    isFound: ({ externalId, linked }) =>
      isLive(linked?.customer) && linked?.sync !== undefined && linked.sync.externalId !== externalId,
  },
];
