import type * as z from 'zod/mini';
import type { ReplyHeader, RequestHeader } from '../headers.ts';
import type { ApiProblem } from '../problems.ts';

export type Tag = 'Customers' | 'Operations' | 'Consistency' | 'Service';

export type ReplyDescription = {
  readonly description: string;
  readonly schema: z.ZodMiniType;
  readonly headers?: readonly ReplyHeader[];
};

/** What a caller of one route can send, and be answered. */
export type OperationDescription = {
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodMiniType;
  readonly body?: { readonly schema: z.ZodMiniType; readonly isRequired: boolean };
  readonly headers?: readonly RequestHeader[];
  readonly replies: Readonly<Record<number, ReplyDescription>>;
  /** Besides `internal`, which every operation can end with. */
  readonly problems: readonly ApiProblem[];
};

/** By method and path, as the route is declared. */
export type OperationDescriptions = Readonly<Record<string, OperationDescription>>;

/** What reading a JSON body can end with. */
export const OF_BODIES: readonly ApiProblem[] = ['validation', 'payload-too-large', 'unsupported-media-type'];

/** What every change of a customer can end with. */
export const OF_WRITES: readonly ApiProblem[] = [
  'validation',
  'idempotency-key-malformed',
  'customer-busy',
  'idempotency-in-progress',
  'idempotency-key-reused',
  'stripe-rejected',
  'stripe-unavailable',
];

/** What every change of a customer may be asked with. */
export const WRITE_HEADERS: readonly RequestHeader[] = ['IdempotencyKey', 'IntegrityProtection', 'Prefer'];
