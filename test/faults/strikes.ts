/** An outgoing call of a run: which function calls what, for the how manieth time. */
export type Boundary = {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  readonly nth: number;
};

/** What can happen to a call, as `POST /faults` takes it. */
export type Strike = {
  readonly name: string;
  readonly fault: Readonly<Record<string, unknown>>;
  /** What else than one call of the service it is about. */
  readonly only?: (boundary: Boundary) => boolean;
};

const LONGER_THAN_A_STORY_MS = 3_600_000;
const WRITES = ['TransactWriteItems', 'PutItem', 'UpdateItem', 'DeleteItem'];

export const DELAY: Strike = {
  name: 'delayed past the lease',
  fault: { kind: 'delay', delay_ms: LONGER_THAN_A_STORY_MS },
};

/** Those whose effect is there, or not, at once. */
export const SUDDEN: readonly Strike[] = [
  ...['kill-before', 'kill-after', 'lost-reply', 'throttle', 'error'].map((kind) => ({ name: kind, fault: { kind } })),
  {
    name: 'conflict',
    fault: { kind: 'error', code: 'TransactionConflict' },
    only: ({ action }) => WRITES.includes(action),
  },
];

export const STRIKES: readonly Strike[] = [...SUDDEN, DELAY];

/** Every fault that there is for these calls. */
export function strikesAt(
  boundaries: readonly Boundary[],
  strikes = STRIKES,
): { boundary: Boundary; strike: Strike }[] {
  return boundaries.flatMap((boundary) =>
    strikes.filter(({ only }) => only?.(boundary) ?? true).map((strike) => ({ boundary, strike })),
  );
}
