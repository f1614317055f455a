import type { Json } from './parameters.ts';

export type RequestHeader = 'IdempotencyKey' | 'IfMatch' | 'IntegrityProtection' | 'Prefer';
export type ReplyHeader =
  | 'ETag'
  | 'IdempotencyReplayed'
  | 'OperationLocation'
  | 'CustomerLocation'
  | 'RunLocation'
  | 'RetryAfter'
  | 'RetryLater';

/** Headers that a request may have. */
export const REQUEST_HEADERS: Readonly<Record<RequestHeader, Json>> = {
  IdempotencyKey: {
    ...{ name: 'Idempotency-Key', in: 'header', required: false },
    description:
      'Makes repeats safe for 24 hours: one effect, and the same reply again. 1 to 255 printable ASCII characters ' +
      'without comma or quote, bare or as a quoted string; both forms are the same key. Per caller and route.',
    schema: {
      type: 'string',
      pattern: '^(?:[\\x20\\x21\\x23-\\x2b\\x2d-\\x7e]{1,255}|"[\\x20\\x21\\x23-\\x2b\\x2d-\\x7e]{1,510}")$',
    },
    example: '2f1d9c34-order-4711',
  },
  IfMatch: {
    ...{ name: 'If-Match', in: 'header', required: false },
    description: 'The `ETag` of the version that is to be changed, or `*`; several are separated by commas.',
    schema: { type: 'string' },
    example: '"1"',
  },
  IntegrityProtection: {
    ...{ name: 'X-Use-Integrity-Protection', in: 'header', required: false },
    description:
      '`true`: answers when both sides agree, or when nothing is left on either. `false`: answers at once, and Stripe ' +
      'follows. In any letter case.',
    schema: { type: 'string', pattern: '^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$', default: 'false' },
    example: 'true',
  },
  Prefer: {
    ...{ name: 'Prefer', in: 'header', required: false },
    description: '`respond-async`, with integrity protection: answers 202 at once.',
    schema: { type: 'string' },
    example: 'respond-async',
  },
};

const ID = '[\\w-]{1,64}';

/** Headers of replies. */
export const REPLY_HEADERS: Readonly<Record<ReplyHeader, Json>> = {
  ETag: {
    description: 'The version, for `If-Match`.',
    required: true,
    schema: { type: 'string', pattern: '^"\\d+"$' },
    example: '"1"',
  },
  CustomerLocation: {
    description: 'Where the customer is.',
    required: true,
    schema: { type: 'string', pattern: `^/customers/${ID}$` },
    example: '/customers/f6a1c0de-5b0e-4c1a-9a53-0d8b7a4f2e11',
  },
  OperationLocation: {
    description: 'Where to see how it goes on.',
    required: true,
    schema: { type: 'string', pattern: `^/operations/${ID}$` },
    example: '/operations/6f0d2a3e-92c1-4a3e-8a53-52f0b3a0c7d4',
  },
  RunLocation: {
    description: 'Where to see how it goes on.',
    required: true,
    schema: { type: 'string', pattern: `^/customers/data-consistency/runs/${ID}$` },
    example: '/customers/data-consistency/runs/9b6a2c',
  },
  RetryAfter: {
    description: 'After so many seconds there may be another answer.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    example: 2,
  },
  RetryLater: {
    description: 'If it is there: after so many seconds there may be another answer.',
    required: false,
    schema: { type: 'integer', minimum: 0 },
    example: 2,
  },
  IdempotencyReplayed: {
    description: '`true` when this is the reply of an earlier request with the same key.',
    required: false,
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
};

/** The wire names of the headers of replies. */
export const REPLY_HEADER_NAMES: Readonly<Record<ReplyHeader, string>> = {
  ETag: 'ETag',
  CustomerLocation: 'Location',
  OperationLocation: 'Location',
  RunLocation: 'Location',
  RetryAfter: 'Retry-After',
  RetryLater: 'Retry-After',
  IdempotencyReplayed: 'Idempotency-Replayed',
};
