/**
 * What one request to an integration came to. The words decide what may follow:
 * - `accepted`: it happened; `value` says what.
 * - `rejected`: these parameters are refused, now and ever; nothing happened by any request under this key.
 * - `nothing`: this request had no effect; an earlier one under the same key may have had.
 * - `failed`: the integration itself answered that it failed. It may have happened; this request is over. `replayed` when it
 *   is the saved answer of the key, so that no request under the key can have an effect any more.
 * - `unknown`: no answer; it may have happened, or may still happen.
 */
export type Outcome<Value> =
  | { readonly is: 'accepted'; readonly value: Value; readonly requestId?: string }
  | { readonly is: 'rejected'; readonly reason: string; readonly requestId?: string }
  | { readonly is: 'nothing'; readonly error: string; readonly requestId?: string }
  | { readonly is: 'failed'; readonly error: string; readonly replayed: boolean; readonly requestId?: string }
  | { readonly is: 'unknown'; readonly error: string; readonly requestId?: string };
