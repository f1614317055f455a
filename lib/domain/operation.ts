import type { Problem } from './problem.ts';

/**
 * The format of what stands on an operation that this version begins. It is raised when an earlier version could not end
 * what this one has begun; one that has no number is of the first.
 */
export const OPERATION_FORMAT = 1;

/** Whether this version knows how to go on with an operation; what a later one has begun is left to it. */
export function isKnownFormat(format = 1): boolean {
  return format <= OPERATION_FORMAT;
}

export type OperationKind = 'create' | 'update' | 'delete';

/** `running` and `compensating` are driven by the saga; `needs_attention` waits, visibly, for a person. */
export type OperationStatus = 'running' | 'compensating' | 'succeeded' | 'compensated' | 'needs_attention';

/** The only changes of status there are. Compensation, once committed, is never left for success. */
export const OPERATION_TRANSITIONS: Readonly<Record<OperationStatus, readonly OperationStatus[]>> = {
  running: ['succeeded', 'compensating', 'compensated'],
  compensating: ['compensated', 'needs_attention'],
  needs_attention: ['compensating'],
  succeeded: [],
  compensated: [],
};

export function isFinal(status: OperationStatus): boolean {
  return OPERATION_TRANSITIONS[status].length === 0;
}

/** One try of one step, as an operator sees it. Holds no personal data. */
export type OperationStep = {
  readonly name: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: string;
  readonly stripeRequestId?: string;
  readonly error?: string;
};

/** An operation as callers see it. */
export type Operation = {
  readonly id: string;
  readonly kind: OperationKind;
  readonly customerId: string;
  readonly status: OperationStatus;
  readonly problem?: Problem;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly steps: readonly OperationStep[];
};
