import { canonical } from '#domain/customer.ts';
import { type NormalizedEmail, normalizeEmail } from '#domain/email.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import type { SyncDeps } from '../sync/run.ts';
import { crew } from './at-once.ts';
import { bringIn } from './bring-in.ts';
import { finishInHand } from './finish-in-hand.ts';
import { foreseeExternal, importExternal } from './import-external.ts';
import type { ImportOptions, ImportResult, Tell } from './import-result.ts';
import { isPaid, readStandings, resultOfCustomer, resultOfLinked, type Standing } from './standing.ts';

/**
 * Brings every customer of the Stripe account into the catalog, as a webhook of each would, newest first. Those that are
 * in already cost two reads a hundred: a walk that was killed goes on where the links end, and twice is as good as once.
 * Of customers that share an email the newest has it. A trial only reads.
 * Once stopped it begins no more, and ends those that it has begun.
 * @throws IntegrationUnavailableError when Stripe does not list its customers; what was done until then stays done.
 */
export async function importFromStripe(
  deps: SyncDeps,
  tell: Tell,
  { isTrial, isStopped }: ImportOptions,
): Promise<void> {
  const emails = new Map<NormalizedEmail, string>();
  const inHand: (() => Promise<ImportResult>)[] = [];
  let from: string | undefined;
  do {
    const page = await deps.integration.listCustomers(from);
    const standings = await readStandings(
      deps,
      page.customers.map(({ externalId }) => externalId),
    );
    const holderOf = isTrial ? await foreseeHolders(deps, page.customers, emails) : () => undefined;
    const bring = async (found: ExternalCustomer, index: number): Promise<void> => {
      const standing = standings[index] as Standing;
      const again = () => (isLinked(standing) ? payLinked(deps, found, standing) : importExternal(deps, found));
      const known = await resultIfIn(deps, found, standing, isTrial);
      const result = known ?? (isTrial ? await foreseeExternal(deps, found, holderOf(found)) : await again());
      if (result.isInHand === true && !isTrial) inHand.push(() => importOrPay(deps, found));
      else tell(result);
    };
    await inOrderOfEmails(page.customers, bring, isStopped);
    from = page.next;
  } while (from !== undefined && !isStopped());
  await finishInHand(deps, inHand, tell, isStopped);
}

function isLinked({ link }: Standing): boolean {
  return link?.customerId !== undefined;
}

/** What is known of a customer that needs nothing done; all linked ones, in a trial. */
async function resultIfIn(
  deps: SyncDeps,
  { email }: ExternalCustomer,
  { link, sync }: Standing,
  isTrial: boolean,
): Promise<ImportResult | undefined> {
  if (link?.customerId === undefined) return undefined;
  const isDone = sync !== undefined && (isPaid(sync) || (sync.conflict !== undefined && sync.isUnmarked !== true));
  if (!isDone && !isTrial) return undefined;
  const result = await resultOfLinked(deps, { customerId: link.customerId, email, sync });
  return result.is === 'imported' ? { ...result, is: 'already-in' } : result;
}

/** It was imported by somebody whose run did not come to its end. */
async function payLinked(deps: SyncDeps, { email }: ExternalCustomer, { link }: Standing): Promise<ImportResult> {
  const customerId = link?.customerId as string;
  await bringIn(deps, [{ customerId }]);
  return { ...(await resultOfCustomer(deps, customerId)), email };
}

async function importOrPay(deps: SyncDeps, found: ExternalCustomer): Promise<ImportResult> {
  const [standing] = await readStandings(deps, [found.externalId]);
  if (standing !== undefined && isLinked(standing)) return payLinked(deps, found, standing);
  return importExternal(deps, found);
}

/** Who has each customer's email, in a trial: a customer of the catalog, or one that was met before in this walk. */
async function foreseeHolders(
  deps: SyncDeps,
  customers: readonly ExternalCustomer[],
  emails: Map<NormalizedEmail, string>,
): Promise<(found: ExternalCustomer) => { otherCustomerId?: string; otherExternalId?: string } | undefined> {
  const wanted = [...new Set(customers.flatMap((found) => emailOf(found) ?? []))];
  const claims =
    wanted.length === 0 ? [] : await deps.store.read(wanted.map((email) => ({ type: 'emailClaim', email })));
  const holders = new Map(wanted.map((email, index) => [email, claims[index]?.customerId]));
  return (found) => {
    const email = emailOf(found);
    if (email === undefined || found.owner !== 'nobody') return undefined;
    const otherCustomerId = holders.get(email);
    if (otherCustomerId !== undefined) return { otherCustomerId };
    const otherExternalId = emails.get(email);
    if (otherExternalId !== undefined) return { otherExternalId };
    emails.set(email, found.externalId);
    return undefined;
  };
}

function emailOf({ email }: ExternalCustomer): NormalizedEmail | undefined {
  const value = canonical(email);
  return value === null ? undefined : normalizeEmail(value);
}

/** Those with one email in their order: the first one has it. */
async function inOrderOfEmails(
  customers: readonly ExternalCustomer[],
  bring: (found: ExternalCustomer, index: number) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> {
  const { begin, end } = crew();
  const lines = new Map<string, Promise<void>>();
  for (const [index, found] of customers.entries()) {
    const line = emailOf(found) ?? `no email: ${found.externalId}`;
    if (isStopped()) break;
    await begin(async () => {
      const done = (lines.get(line) ?? Promise.resolve()).then(() => bring(found, index));
      lines.set(line, done);
      await done;
    });
  }
  await end();
}
