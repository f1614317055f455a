import type { Schemas } from './called.ts';

type AuditEntry = Schemas['AuditEntry'];
type Operation = Schemas['Operation'];

/** What happened to one customer: a change that was committed, or a protected operation with its steps. */
export type Happening =
  | { readonly is: 'change'; readonly at: string; readonly entry: AuditEntry }
  | { readonly is: 'operation'; readonly at: string; readonly operation: Operation };

/** Changes and operations together, newest first: an operation stands where it was begun, before what it changed. */
export function timelineOf(entries: readonly AuditEntry[], operations: readonly Operation[]): readonly Happening[] {
  const happenings: readonly Happening[] = [
    ...entries.map((entry) => ({ is: 'change', at: entry.at, entry }) as const),
    ...operations.map((operation) => ({ is: 'operation', at: operation.created_at, operation }) as const),
  ];
  return happenings.toSorted((one, other) => other.at.localeCompare(one.at));
}

/** One field that a change replaced. */
export type FieldChange = { readonly field: string; readonly from: string | null; readonly to: string | null };

export function changesOf({ before, after }: AuditEntry): readonly FieldChange[] {
  const fields = ['name', 'email'] as const;
  return fields
    .map((field) => ({ field, from: before?.[field] ?? null, to: after?.[field] ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** What kind of change it was, in a few words. */
export function titleOf({ before, after, cause, linked_to, operation_id }: AuditEntry): string {
  const what = linked_to ? 'Linked' : before === null ? 'Created' : after === null ? 'Deleted' : 'Changed';
  const from = { api: 'by the API', webhook: 'from Stripe', maintenance: 'by maintenance' }[cause];
  return `${what} ${from}${operation_id === null ? '' : ', protected'}`;
}
