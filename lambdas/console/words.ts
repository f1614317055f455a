import type { Schemas } from './called.ts';

type Health = Schemas['IntegrationHealth'];
type Conflict = NonNullable<Schemas['SyncHealth']['integrations']['stripe']['conflict']>;
type SyncHealth = Schemas['SyncHealth'];
type FieldSides = Schemas['FieldSides'];

/** What needs a person, why, and what that person can do. */
export type Attention = { readonly reason: string; readonly next: string };

/** Statuses as they are read. */
export const WORDS: Readonly<Record<string, string>> = { needs_attention: 'needs attention' };

/** `2026-11-02 09:30:05`, in UTC. */
export function moment(at: string): string {
  return at.replace('T', ' ').replace(/\.\d+Z$/, '');
}

/** A span of time in its largest two units. */
export function span(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** A share of 1, to a tenth of a percent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Why an integration is not healthy; empty when it is. */
export function illnesses({ counts, operations, webhooks, oldest_pending_seconds, healthy }: Health): string[] {
  if (healthy) return [];
  const { failed, orphaned } = counts;
  return [
    ...(failed > 0 ? [`${counted(failed, 'customer')} failed`] : []),
    ...(orphaned > 0 ? [`${counted(orphaned, 'customer')} orphaned`] : []),
    ...(operations.needs_attention > 0
      ? [`${counted(operations.needs_attention, 'operation')} waiting for a person`]
      : []),
    ...(webhooks.dead_letter_count > 0 ? [counted(webhooks.dead_letter_count, 'dead letter')] : []),
    ...(oldest_pending_seconds >= 900 ? [`a customer pending for ${span(oldest_pending_seconds)}`] : []),
  ];
}

/** What a customer that is not as it should be needs; `undefined` for one that needs nobody. */
export function attentionOf({ integrations: { stripe } }: SyncHealth): Attention | undefined {
  switch (stripe.status) {
    case 'failed':
      return {
        reason: stripe.error ?? 'The last try has failed.',
        next:
          'Correct what the reason names, here or in Stripe.' +
          (stripe.next_retry_at === null
            ? ''
            : ` It is due again at ${moment(stripe.next_retry_at)}, or now by “Retry failed”.`),
      };
    case 'orphaned':
      return {
        reason: `Stripe does not know ${stripe.external_id ?? 'its customer'}.`,
        next: 'See that the stack’s Stripe key is of the right account and mode; then plan repairs under Drift.',
      };
    case 'conflict':
      return { reason: conflictOf(stripe.conflict), next: 'Decide whose value stands, on the customer’s page.' };
    default:
      return undefined;
  }
}

function conflictOf(conflict: Conflict | null): string {
  if (conflict === null) return 'Stripe has an email that the catalog cannot take.';
  const holder =
    conflict.other_customer_id === undefined ? 'another customer' : `customer ${conflict.other_customer_id}`;
  return `Stripe has the ${conflict.field} ${conflict.stripe_value}, which ${holder} has here.`;
}

/** What an operation that waits for a person needs. */
export function attentionOfOperation({ kind, problem, steps }: Schemas['Operation']): Attention {
  const lastError = steps.findLast(({ error }) => error !== undefined)?.error;
  return {
    reason: problem?.detail ?? lastError ?? `Undoing the ${kind} has not come to an end.`,
    next: 'Remove what the reason names, in Stripe if need be; then retry the operation.',
  };
}

/** Who changed a field since both sides agreed last. */
export function verdictOf({ catalog, stripe, base, differs }: FieldSides): string {
  if (!differs) return 'Both agree.';
  const [isLocal, isRemote] = [!isSame(catalog, base), !isSame(stripe, base)];
  if (isLocal && isRemote) return 'Changed on both sides.';
  return isLocal ? 'Changed in the catalog.' : 'Changed in Stripe.';
}

function isSame(one: string | null, other: string | null): boolean {
  return (one ?? '').trim() === (other ?? '').trim();
}

const ACTIONS: Readonly<Record<string, string>> = {
  'POST /customers/cleanup-orphaned': 'Clean up orphans',
  'POST /customers/data-consistency/fix': 'Apply repairs',
  'POST /customers/redrive-dead-letters': 'Redrive dead letters',
  'POST /customers/retry-failed-syncs': 'Retry failed customers',
  'POST /customers/{id}/link': 'Link to a Stripe customer',
  'POST /customers/{id}/resolve-conflict': 'Decide a conflict',
  'POST /operations/{id}/retry': 'Retry an operation',
};

/** What was asked for, in words; a route that the console does not know stands for itself. */
export function actionName({ action }: Pick<Schemas['Action'], 'action'>): string {
  return ACTIONS[action] ?? action;
}

/** How it was asked for: `keep: catalog`. */
export function askedFor({ asked }: Pick<Schemas['Action'], 'asked'>): string {
  return Object.entries(asked)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}
