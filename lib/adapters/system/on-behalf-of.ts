import { AsyncLocalStorage } from 'node:async_hooks';

const askers = new AsyncLocalStorage<string>();

/** Does what somebody has asked for. `asker` tells callers apart; it is never personal. */
export function onBehalfOf<Result>(asker: string, work: () => Result): Result {
  return askers.run(asker, work);
}

/** Who has asked for what is being done, if somebody has. */
export function presentAsker(): string | undefined {
  return askers.getStore();
}
