import type { IntegrationName } from '#domain/integrations.ts';
import type { Outcome } from '#domain/outcome.ts';
import { all, any, change, equal, missing, type WriteTo } from '#ports/catalog-store.ts';
import type { LinkRecord, OperationRecord } from '#ports/records.ts';
import { linkedTo } from '../../catalog/linked.ts';
import type { StepDeps } from '../executor.ts';

export type Accepted = { readonly externalId: string; readonly at: string; readonly stripeRequestId?: string };

/** What an operation's end writes besides the operation itself. */
export type EndWrites = {
  readonly customer: WriteTo<'customer'>;
  readonly claim?: WriteTo<'emailClaim'> | undefined;
  readonly oldClaim?: WriteTo<'emailClaim'> | undefined;
  readonly link?: WriteTo<'link'> | undefined;
  readonly sync?: WriteTo<'sync'> | undefined;
  readonly audit?: WriteTo<'audit'>;
  readonly counter?: WriteTo<'counter'>;
};

/** What differs between creating, updating and deleting; the steps of the saga are the same. */
export type Kind = {
  /** Whether giving up means undoing. What Stripe may have done to an existing customer is settled, never undone. */
  readonly isUndone: boolean;
  /** Whether the request can be sent again at any time, without a key that Stripe may have forgotten. */
  readonly isRepeatable: boolean;
  /** Whether a request that may have had its effect is followed through, even when Stripe does not show it. */
  readonly goesForward: boolean;
  /** Sends the operation's frozen request. */
  send(deps: StepDeps, operation: OperationRecord): Promise<Outcome<{ externalId: string }>>;
  /** Whether Stripe shows the effect; conclusive only while no request is on its way. The id of whom it shows it on. */
  look(deps: StepDeps, operation: OperationRecord): Promise<string | undefined>;
  /**
   * Success: what the catalog becomes. The sync and link writes hold only while nobody has asked to look again; with
   * `isAskedToLook`, they honour that instead: the customer is due at once.
   */
  succeed(deps: StepDeps, operation: OperationRecord, accepted: Accepted, isAskedToLook: boolean): EndWrites;
  /** Failure: exactly what was before, and nothing that the operation holds. */
  release(operation: OperationRecord, at: string): EndWrites;
};

/**
 * Ties an external customer to ours, unless it is somebody else's. Holds only while nobody has looked at it before it
 * was ours; with `isAskedToLook`, that is honoured instead: there may have been an edit, which was left to us.
 */
export function linkTo(
  integration: IntegrationName,
  externalId: string,
  customerId: string,
  isAskedToLook: boolean,
): WriteTo<'link'> {
  const isNobodys = missing<'customerId'>('customerId');
  const isFree = isAskedToLook ? isNobodys : all(isNobodys, missing('revision'));
  return change(
    { type: 'link', integration, externalId },
    linkedTo(customerId),
    any(isFree, equal('customerId', customerId)),
  );
}

/** Whether somebody looked at an external customer before it was linked. */
export function wasLookedAt(link: LinkRecord | undefined): boolean {
  return link !== undefined && link.customerId === undefined && link.revision !== undefined;
}

/** The present Stripe key of an operation. */
export function stripeKey({ id, attempt }: OperationRecord): string {
  return `${id}:${attempt}`;
}
