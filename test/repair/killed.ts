import type { RunDeps } from '#use-cases/repair/runs/run.ts';

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Ports of a process that dies at its `nth` call of one, before or after the call had its effect. */
export function mortal(
  deps: RunDeps,
  nth: number,
  moment: 'before' | 'after',
): RunDeps & { readonly calls: () => number } {
  let calls = 0;
  const counted = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          calls += 1;
          // Who is dead does nothing more.
          if (calls > nth || (calls === nth && moment === 'before')) throw new Killed();
          const isLast = calls === nth;
          const answer = await member.apply(target, args);
          if (isLast) throw new Killed();
          return answer;
        };
      },
    });
  return {
    ...deps,
    store: counted(deps.store),
    scratch: counted(deps.scratch),
    integration: counted(deps.integration),
    calls: () => calls,
  };
}
