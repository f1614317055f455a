import { CommandError, numberOf, TEXT } from '../command-line/options.ts';

/** The API that a command asks, and as whom. */
export type Place = { readonly api: string; readonly token: string };

/** What commands that ask the API are given to find it. */
export type PlaceAsked = {
  readonly api: string | undefined;
  readonly token: string | undefined;
  readonly stack: string | undefined;
  readonly timeoutMs: number;
};

export const PLACE_OPTIONS = { api: TEXT, token: TEXT, stack: TEXT, timeout: TEXT };

export const placeUsage = `  --api URL      the stack's output ApiUrl
  --token TOKEN  with the scope customers:admin; or in the environment variable CONCORD_TOKEN
  --stack URL    the control URL of \`npm start\`, which knows the API and gives a token
  --timeout N    how long a large comparison is waited for (900 s)`;

type Values = { readonly [Name in keyof typeof PLACE_OPTIONS]?: string | undefined };

/** @throws CommandError */
export function parsePlace(values: Values, env: NodeJS.ProcessEnv): PlaceAsked {
  const { api, stack, token = env['CONCORD_TOKEN'], timeout = '900' } = values;
  if ((api === undefined) === (stack === undefined)) throw new CommandError('Give either --api or --stack.');
  for (const url of [api, stack]) {
    if (url !== undefined && !/^https?:\/\//.test(url)) throw new CommandError(`${url} is not an http(s) URL.`);
  }
  if (api !== undefined && !token) throw new CommandError('Give a token: --token, or CONCORD_TOKEN.');
  const timeoutMs = numberOf('--timeout', timeout, { least: 0.1, most: 86_400, isWhole: false }) * 1000;
  return { api, token, stack, timeoutMs };
}

/** The runner's control server knows where its API is, and gives a token. @throws CommandError */
export async function findPlace({ api, token, stack }: PlaceAsked): Promise<Place> {
  if (stack === undefined) return { api: api ?? '', token: token ?? '' };
  const control = stack.replace(/\/+$/, '');
  try {
    const outputs = (await (await fetch(`${control}/outputs`)).json()) as { ApiUrl: string };
    if (token !== undefined) return { api: outputs.ApiUrl, token };
    const body = JSON.stringify({ scopes: ['customers:admin'], subject: 'command-line' });
    const headers = { 'content-type': 'application/json' };
    const given = (await (await fetch(`${control}/tokens`, { method: 'POST', headers, body })).json()) as {
      token: string;
    };
    return { api: outputs.ApiUrl, token: given.token };
  } catch {
    throw new CommandError(`${control} is not the control server of a running stack.`);
  }
}
