import type { Cause } from './event.ts';
import type { EventLog } from './event-log.ts';
import type { Form } from './form-body.ts';
import type { NewIdentifier } from './identifiers.ts';
import type { State } from './state.ts';

/** What an endpoint works with. */
export type Rooms = {
  readonly state: State;
  readonly events: EventLog;
  readonly now: () => number;
  readonly newIdentifier: NewIdentifier;
};

/**
 * One call of the API. `prepare` refuses invalid parameters, and answers what executes the request: Stripe saves a reply
 * under its idempotency key only once execution began, so the two are apart.
 */
export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{id}` for the one variable part. */
  readonly path: string;
  prepare(parameters: Form, id: string): (cause: Cause) => unknown;
};
