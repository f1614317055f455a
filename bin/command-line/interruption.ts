/** By what a process was asked to end, and the exit code that says so: 128 and the signal's number, as shells have it. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** In a terminal, npm passes on to its script the very Ctrl-C that the script has had itself. */
const SAME_MS = 300;

export type Interruption = {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The exit code of a process that was interrupted. */
  code(): number | undefined;
};

/** Hears Ctrl-C from now on, and whatever else asks a process to end. The second one ends it at once. */
export function hearInterruption(): Interruption {
  const controller = new AbortController();
  let first: { readonly code: number; readonly atMs: number } | undefined;
  for (const [name, code] of Object.entries(CODES)) {
    process.on(name, () => {
      if (first !== undefined && performance.now() - first.atMs < SAME_MS) return;
      if (first !== undefined) process.exit(code);
      first = { code, atMs: performance.now() };
      controller.abort();
    });
  }
  return { signal: controller.signal, code: () => first?.code };
}
