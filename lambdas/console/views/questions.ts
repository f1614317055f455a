import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import type { Question } from '../parts/asking.tsx';
import { counted } from '../words.ts';

/** What is asked before each action. `onDone` looks again at what the action has changed. */
export function askToRetryFailed(api: Api, failed: number, onDone: () => void): Question {
  return {
    title: 'Retry failed customers?',
    says: [
      `Stripe is asked again now for whoever has failed (${counted(failed, 'customer')}), rather than when the next try is due; others that are due already are tried too.`,
      'What comes over is a change like any other: it stands in the customer’s audit.',
    ],
    verb: 'Retry now',
    async act() {
      const report = await api.call('POST /customers/retry-failed-syncs', { query: { integration_name: 'stripe' } });
      onDone();
      if (report.skipped) return 'Somebody else is retrying them right now.';
      return `Retried ${report.retried}: ${report.succeeded} succeeded, ${report.still_failing} still failing, ${report.remaining} remaining.`;
    },
  };
}

export function askToRedrive(api: Api, count: number, onDone: () => void): Question {
  return {
    title: 'Redrive dead letters?',
    says: [
      `${counted(count, 'message')} that could not be worked on ${count === 1 ? 'goes' : 'go'} back to the queue: each names a customer to be looked at once more.`,
      'What fails again is dead again; what comes over stands in the customer’s audit.',
    ],
    verb: 'Redrive',
    async act() {
      const report = await api.call('POST /customers/redrive-dead-letters', { query: { integration_name: 'stripe' } });
      onDone();
      return report.skipped ? 'An earlier redrive has not ended yet.' : `Redriven: ${report.redriven}.`;
    },
  };
}

export function askToRetryOperation(api: Api, { id, kind }: Schemas['Operation'], onDone: () => void): Question {
  return {
    title: `Retry the ${kind}?`,
    says: [
      `Operation ${id} goes on where it stopped: what it has left in Stripe is undone, and the customer is released.`,
      'Each of its steps is recorded on the operation, and what it changes in the customer’s audit.',
    ],
    verb: 'Retry',
    async act() {
      const { status } = await api.call('POST /operations/{id}/retry', { path: { id } });
      onDone();
      return `The operation is ${status} again.`;
    },
  };
}

export function askToResolve(
  api: Api,
  id: string,
  keep: 'catalog' | 'stripe',
  stripeValue: string,
  onDone: () => void,
): Question {
  const isOurs = keep === 'catalog';
  return {
    title: isOurs ? 'Keep the catalog’s value?' : 'Take Stripe’s value?',
    says: isOurs
      ? ['The catalog keeps its email, Stripe keeps its own, and the difference is not reported any more.']
      : [
          `The catalog takes ${stripeValue} for this customer. While another customer holds it, this is refused and nothing changes.`,
          'The change stands in the customer’s audit.',
        ],
    verb: isOurs ? 'Keep the catalog’s' : 'Take Stripe’s',
    async act() {
      await api.call('POST /customers/{id}/resolve-conflict', { path: { id }, body: { keep } });
      onDone();
      return isOurs ? 'The catalog keeps its value.' : 'The catalog has taken Stripe’s value.';
    },
  };
}

export function askToLink(api: Api, id: string, externalId: string, onDone: () => void): Question {
  return {
    title: 'Link them for good?',
    says: [
      `This customer and ${externalId} in Stripe become one. A link is never pointed elsewhere afterwards.`,
      'Where the two differ, the catalog’s values go to Stripe. The link stands in the customer’s audit.',
    ],
    verb: 'Link',
    async act() {
      await api.call('POST /customers/{id}/link', { path: { id }, body: { external_id: externalId } });
      onDone();
      return `Linked to ${externalId}.`;
    },
  };
}
