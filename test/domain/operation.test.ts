import {
  isFinal,
  isKnownFormat,
  OPERATION_FORMAT,
  OPERATION_TRANSITIONS,
  type OperationStatus,
} from '#domain/operation.ts';
import { hasArrived, isKeyUsable } from '#domain/travel.ts';

const statuses = Object.keys(OPERATION_TRANSITIONS) as OperationStatus[];
const AT = '2026-01-01T00:00:00.000Z';
const later = (ms: number) => Date.parse(AT) + ms;

/** All that can become of an operation. */
function reachable(from: OperationStatus, seen = new Set<OperationStatus>()): ReadonlySet<OperationStatus> {
  for (const next of OPERATION_TRANSITIONS[from]) if (!seen.has(next)) reachable(next, seen.add(next));
  return seen;
}

describe('an operation', () => {
  it('ends in exactly one of two ways', () => {
    expect(statuses.filter(isFinal).toSorted()).toEqual(['compensated', 'succeeded']);
  });

  it('can come to either end from its beginning, and to some end from everywhere', () => {
    expect([...reachable('running')].toSorted()).toEqual([
      'compensated',
      'compensating',
      'needs_attention',
      'succeeded',
    ]);
    expect(statuses.every((status) => isFinal(status) || [...reachable(status)].some(isFinal))).toBe(true);
  });

  it('never succeeds once it is compensated, also by way of a person', () => {
    expect([...reachable('compensating')].toSorted()).toEqual(['compensated', 'compensating', 'needs_attention']);
    expect(OPERATION_TRANSITIONS.needs_attention).toEqual(['compensating']);
  });

  it('is gone on with when its format is known, which the first is that none says', () => {
    expect([undefined, 1, OPERATION_FORMAT].map((format) => isKnownFormat(format))).toEqual([true, true, true]);
    expect(isKnownFormat(OPERATION_FORMAT + 1)).toBe(false);
  });
});

describe('a request on its way to Stripe', () => {
  it('is pinned by its key for 23 hours', () => {
    expect([isKeyUsable(AT, later(0)), isKeyUsable(AT, later(23 * 3600_000 - 1))]).toEqual([true, true]);
    expect(isKeyUsable(AT, later(23 * 3600_000))).toBe(false);
  });

  it('has arrived, or never will, after an hour', () => {
    expect([hasArrived(AT, later(0)), hasArrived(AT, later(3600_000 - 1)), hasArrived(AT, later(3600_000))]).toEqual([
      ...[false, false, true],
    ]);
  });
});
