import { internalFailure, type StripeFailure } from './errors.ts';

/** The next `times` requests that match fail with a 500, before or after their effect. */
export type PlannedFailure = {
  readonly method: string;
  /** As it is called, or with `{id}` for the id. */
  readonly path: string;
  readonly times: number;
  readonly afterEffect: boolean;
};

export type PlannedFailures = {
  plan(failure: PlannedFailure): void;
  /** Uses up one failure that matches. */
  take(request: {
    readonly method: string;
    readonly path: string;
    readonly template: string;
  }): { readonly failure: StripeFailure; readonly afterEffect: boolean } | undefined;
  clear(): void;
};

export function createPlannedFailures(): PlannedFailures {
  let planned: readonly PlannedFailure[] = [];
  return {
    plan: (failure) => {
      planned = [...planned, failure];
    },
    take: ({ method, path, template }) => {
      const match = planned.find((one) => one.method === method && (one.path === path || one.path === template));
      if (match === undefined) return undefined;
      planned = planned.flatMap((one) => {
        if (one !== match) return [one];
        return one.times > 1 ? [{ ...one, times: one.times - 1 }] : [];
      });
      return { failure: internalFailure(), afterEffect: match.afterEffect };
    },
    clear: () => {
      planned = [];
    },
  };
}
