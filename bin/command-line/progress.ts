const BAR_WIDTH = 24;
const ON_TERMINAL_MS = 100;
const AS_LINES_MS = 10_000;

/** Where progress is written: stderr. */
export type ProgressOutput = { readonly isTTY?: boolean; write(text: string): unknown };

export type Progress = {
  /** Shows how far it is; the line is made only when it is shown. */
  show(line: () => string): void;
  end(): void;
};

/** How far long work is: a line that is redrawn on a terminal, and a plain one every ten seconds elsewhere. */
export function showingProgress(output: ProgressOutput = process.stderr, nowMs: () => number = Date.now): Progress {
  const isTerminal = output.isTTY === true;
  let shownMs = nowMs();
  return {
    show(line) {
      if (nowMs() - shownMs < (isTerminal ? ON_TERMINAL_MS : AS_LINES_MS)) return;
      shownMs = nowMs();
      output.write(isTerminal ? `\r\x1b[K${line()}` : `${line()}\n`);
    },
    end() {
      if (isTerminal) output.write('\r\x1b[K');
    },
  };
}

/** A bar as full as the share, which is from 0 to 1, and the share. */
export function barOf(share: number): string {
  const shown = Math.min(Math.max(share, 0), 1);
  const full = Math.round(shown * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${String(Math.round(shown * 100)).padStart(3)}%`;
}
