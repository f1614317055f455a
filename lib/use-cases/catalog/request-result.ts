import type { OperationStatus } from '#domain/operation.ts';
import type { Problem } from '#domain/problem.ts';
import type { FinalReply } from '#ports/records.ts';

/** Whether the reply is that of an earlier request, and if so, which one, and when its key is forgotten. */
export type Replayed = false | { readonly requestId: string; readonly keyExpiresAtSeconds: number };

/** What a request came to. `underway`: the operation goes on by itself, and the caller can ask for it. */
export type RequestResult =
  | { readonly is: 'completed'; readonly reply: FinalReply; readonly replayed: Replayed }
  | { readonly is: 'refused'; readonly problem: Problem; readonly replayed: Replayed }
  | { readonly is: 'underway'; readonly operationId: string; readonly status: OperationStatus };
