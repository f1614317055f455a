import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../api.ts';
import { Note } from './note.tsx';

/** Something that is asked for: what was had last stays while it is asked for again. */
export type Loading<Value> = {
  readonly value: Value | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isUnderway: boolean;
  reload(): void;
};

/** Loads when `keys` change, and when asked to; an answer that was overtaken by a later question is dropped. */
export function useLoaded<Value>(load: () => Promise<Value>, keys: readonly unknown[]): Loading<Value> {
  const [state, setState] = useState<Omit<Loading<Value>, 'reload'>>(NOTHING);
  const latest = useRef(0);
  const reload = useCallback(() => {
    latest.current += 1;
    const asked = latest.current;
    const settle = (change: Partial<Loading<Value>>) => {
      if (asked === latest.current)
        setState((before) => ({ ...before, isUnderway: false, problem: undefined, ...change }));
    };
    setState((before) => ({ ...before, isUnderway: true }));
    load().then(
      (value) => settle({ value }),
      (error: unknown) => settle({ problem: asProblem(error) }),
    );
  }, keys);
  useEffect(() => {
    setState(NOTHING);
    reload();
    return () => {
      latest.current += 1;
    };
  }, [reload]);
  return { ...state, reload };
}

const NOTHING = { value: undefined, problem: undefined, isUnderway: true };

type LoadedProps<Value> = {
  readonly of: Loading<Value>;
  readonly children: (value: Value) => ComponentChildren;
};

/** Shows what was loaded, or why it was not. */
export function Loaded<Value>({ of: { value, problem, reload }, children }: LoadedProps<Value>) {
  return (
    <>
      {problem && (
        <Note kind="problem">
          {problem.message}
          {problem.requestId !== undefined && <span class="quiet"> Request {problem.requestId}.</span>}{' '}
          <button type="button" onClick={reload}>
            Try again
          </button>
        </Note>
      )}
      {value !== undefined && children(value)}
      {value === undefined && problem === undefined && <p class="quiet">Loading…</p>}
    </>
  );
}

/** Whatever was thrown, as something to show. */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem(0, 'The console has failed. Reload the page.');
}
