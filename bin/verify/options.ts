import { parseArgs } from 'node:util';

/** What `npm run verify` was asked for. */
export type VerifyCommand = {
  readonly api: string | undefined;
  readonly token: string | undefined;
  readonly stack: string | undefined;
  readonly json: boolean;
  readonly timeoutMs: number;
};

export const verifyUsage = `Compares catalog and Stripe, by the API's own report. Changes nothing.

  npm run verify -- --api URL [--token TOKEN] [--json] [--timeout SECONDS]
  npm run verify -- --stack http://127.0.0.1:4004

  --api URL      the stack's output ApiUrl
  --token TOKEN  with the scope customers:admin; or in the environment variable CONCORD_TOKEN
  --stack URL    the control URL of \`npm start\`, which knows the API and gives a token
  --timeout N    how long a large comparison is waited for (900 s)
  --json         prints the whole report as one JSON on stdout
  --help         prints this

Exit code 0 when both sides agree, 1 when they do not, 2 for wrong usage or when there is no report.
`;

/** There is no report: wrong usage, no connection, or an answer that is none. Said in a sentence. */
export class NoReportError extends Error {
  override readonly name = 'NoReportError';
}

/** Reads the command line. `help` when that is what was asked for. @throws NoReportError */
export function parseVerifyCommand(args: readonly string[], env: NodeJS.ProcessEnv): VerifyCommand | 'help' {
  const { values } = parseStrictly(args);
  if (values.help === true) return 'help';
  const { api, stack, token = env['CONCORD_TOKEN'], json = false, timeout = '900' } = values;
  if ((api === undefined) === (stack === undefined)) throw new NoReportError('Give either --api or --stack.');
  for (const url of [api, stack]) {
    if (url !== undefined && !/^https?:\/\//.test(url)) throw new NoReportError(`${url} is not an http(s) URL.`);
  }
  if (api !== undefined && !token) throw new NoReportError('Give a token: --token, or CONCORD_TOKEN.');
  const timeoutMs = Number(timeout) * 1000;
  if (!(timeoutMs > 0)) throw new NoReportError('--timeout needs a number of seconds.');
  return { api, token, stack, json, timeoutMs };
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { api: text, token: text, stack: text, timeout: text, json: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw new NoReportError((error as Error).message);
  }
}
