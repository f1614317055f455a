import type { Customer } from '#domain/customer.ts';
import type { Problem } from '#domain/problem.ts';

/** What a request came to. `underway`: the operation goes on by itself, and the caller can ask for it. */
export type RequestResult =
  | { readonly is: 'completed'; readonly customer: Customer; readonly replayed: boolean }
  | { readonly is: 'refused'; readonly problem: Problem; readonly replayed: boolean }
  | { readonly is: 'underway'; readonly operationId: string };
