import type { LocalFunction } from './runtime.ts';

/** What AWS bills besides calls: invocations with how long they took, and the states that executions entered. */
type UsageReport = {
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly busy_ms: number }>>;
  /** Retries of a state count as entering it again, as AWS counts them. */
  readonly state_transitions: Readonly<Record<string, number>>;
};

export type Usage = {
  /** The function, with its invocations counted. The time is from when an environment begins, without the wait for one. */
  metered<Target extends LocalFunction>(target: Target): Target;
  noteTransition(machineName: string): void;
  /** Since the start: what one operation used is the difference of two reports. */
  report(): UsageReport;
};

export function createUsage(): Usage {
  const functions = new Map<string, { invocations: number; busy_ms: number }>();
  const transitions = new Map<string, number>();
  return {
    metered: <Target extends LocalFunction>(target: Target) => ({
      ...target,
      async invoke(event: unknown, onStart?: () => void) {
        let startedMs: number | undefined;
        const result = await target.invoke(event, () => {
          startedMs = performance.now();
          onStart?.();
        });
        if (startedMs === undefined) return result;
        const { invocations = 0, busy_ms = 0 } = functions.get(target.name) ?? {};
        const busyMs = busy_ms + performance.now() - startedMs;
        functions.set(target.name, { invocations: invocations + 1, busy_ms: Math.round(busyMs * 10) / 10 });
        return result;
      },
    }),
    noteTransition: (name) => void transitions.set(name, (transitions.get(name) ?? 0) + 1),
    report: () => ({ functions: Object.fromEntries(functions), state_transitions: Object.fromEntries(transitions) }),
  };
}
