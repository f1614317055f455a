/** Lines on the console, which Lambda writes as one JSON each, with its own time, level and request id. */
export const consoleLog = {
  /** What happened as it should, told so that one can follow it. */
  info: (message: string, details: Record<string, unknown>) => console.info({ message, ...details }),
  warn: (message: string, details: Record<string, unknown>) => console.warn({ message, ...details }),
};
