import type { Log } from '#ports/system.ts';

/** Structured lines on the console, as the deployed functions write them. */
export const consoleLog: Log = { warn: (message, details) => console.warn({ message, ...details }) };
