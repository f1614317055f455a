import { format } from 'node:util';

const LEVELS = { debug: 'DEBUG', error: 'ERROR', info: 'INFO', log: 'INFO', trace: 'TRACE', warn: 'WARN' } as const;
const METHODS = Object.keys(LEVELS) as (keyof typeof LEVELS)[];

/**
 * From now on the console writes as Lambda does for a function that logs in JSON: a line each time, with its level and its request.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function logAsJson(requestId: () => string | undefined): void {
  for (const method of METHODS) {
    console[method] = (...told: unknown[]) => {
      const message = told.length === 1 ? told[0] : format(...told);
      const line = { timestamp: new Date(), level: LEVELS[method], requestId: requestId(), message };
      process.stdout.write(`${JSON.stringify(line, withErrors)}\n`);
    };
  }
}

/** An error has nothing of its own that JSON would show. */
function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { errorType: value.name, errorMessage: value.message, stackTrace: value.stack?.split('\n') };
}
