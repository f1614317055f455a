import { normalizeEmail } from '#domain/email.ts';
import type { SyncDeps } from '../sync/run.ts';
import { crew } from './at-once.ts';
import { finishInHand } from './finish-in-hand.ts';
import type { ImportOptions, ImportResult, Tell } from './import-result.ts';
import { foreseeRow, type ImportRow, importRow } from './import-row.ts';

/** What was read of a file: a valid row, or what is wrong with it. */
export type ReadRow = ImportRow | { readonly line: number; readonly problem: string };

/**
 * Brings in the rows of a file. One that cannot be keeps no other from it; of two with one email, or with one Stripe
 * customer, the first counts. A trial only reads. Once stopped it begins no more, and ends those that it has begun.
 */
export async function importRows(
  deps: SyncDeps,
  rows: AsyncIterable<ReadRow>,
  tell: Tell,
  { isTrial, isStopped }: ImportOptions,
): Promise<void> {
  const lineOf = new Map<string, number>();
  const inHand: (() => Promise<ImportResult>)[] = [];
  const { begin, end } = crew();
  const bring = async (row: ImportRow): Promise<void> => {
    const again = async () => ({ ...(await (isTrial ? foreseeRow : importRow)(deps, row)), line: row.line });
    const result = await again();
    if (result.isInHand === true && !isTrial) inHand.push(again);
    else tell(result);
  };
  for await (const row of rows) {
    if (isStopped()) break;
    if ('problem' in row) {
      tell({ is: 'refused', line: row.line, reason: row.problem });
      continue;
    }
    const { line, email, externalId } = row;
    const refusal = repeats(lineOf, row);
    if (refusal !== undefined) {
      tell({ is: 'refused', line, email, externalId, reason: refusal });
      continue;
    }
    await begin(() => bring(row));
  }
  await end();
  await finishInHand(deps, inHand, tell, isStopped);
}

function repeats(lineOf: Map<string, number>, { line, email, externalId }: ImportRow): string | undefined {
  const names = [normalizeEmail(email), ...(externalId === undefined ? [] : [`in Stripe ${externalId}`])];
  const [byEmail, byExternalId] = names.map((name) => lineOf.get(name));
  if (byEmail !== undefined) return `has the email of line ${byEmail}`;
  if (byExternalId !== undefined) return `has the external_id of line ${byExternalId}`;
  for (const name of names) lineOf.set(name, line);
  return undefined;
}
