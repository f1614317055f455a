import type { ReadyLine } from '#local/ready-line.ts';

type Body = Readonly<Record<string, unknown>>;
export type Reply = { readonly status: number; readonly headers: Headers; readonly body: Body };
type Asked = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** What a scene can do: call the API, be somebody at Stripe's dashboard, break a call, let time pass. */
export type Stage = {
  api(method: string, path: string, asked?: Asked): Promise<Reply>;
  /** Stripe's own API: what is told is what Stripe answered. */
  stripe(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Body>;
  /** The sandbox's control calls. */
  sandbox(method: string, path: string, body?: unknown): Promise<Body>;
  /** From now on, the next calls that match go wrong. */
  fault(fault: Readonly<Record<string, string | number>>): Promise<void>;
  mendFaults(): Promise<void>;
  /** How many requests of this kind the functions have sent to Stripe since the scene began. */
  countSent(action: string): Promise<number>;
  /** Moves the clock of the stack and of the sandbox. */
  pass(seconds: number): Promise<void>;
  /** Runs schedules, one after the other, and waits for what follows from them. */
  run(...schedules: readonly string[]): Promise<void>;
  /** Waits until nothing runs and nothing is due. */
  settle(): Promise<void>;
};

const LONGEST_WAITS = 30;

/** The stage of a scene on a running stack; calls are counted from here on. */
export async function openStage({ api, stripe, control, token }: ReadyLine): Promise<Stage> {
  const steer = (method: string, path: string, body?: unknown) => askJson(method, `${control}${path}`, body);
  const pass = async (seconds: number) => void (await steer('POST', '/clock', { advance_seconds: seconds }));
  const settle = async () => {
    for (let waits = 0; waits < LONGEST_WAITS; waits += 1) {
      // Pokes are gathered for a second of the clock; nobody needs to wait for it.
      await pass(1);
      if ((await steer('GET', '/idle'))['idle'] === true) return;
    }
    throw new Error('The stack never came to rest.');
  };
  await steer('DELETE', '/calls');
  return {
    pass,
    settle,
    async api(method, path, { body, headers = {} } = {}) {
      const response = await ask(method, `${api}${path}`, body, { authorization: `Bearer ${token}`, ...headers });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
    },
    async stripe(method, path, form) {
      const response = await fetch(`${stripe}${path}`, {
        method,
        headers: { authorization: 'Bearer sk_test_dashboard', 'content-type': 'application/x-www-form-urlencoded' },
        ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
      });
      return (await response.json()) as Body;
    },
    sandbox: (method, path, body) => askJson(method, `${stripe}/_sandbox${path}`, body),
    fault: async (fault) => void (await steer('POST', '/faults', fault)),
    mendFaults: async () => void (await steer('DELETE', '/faults')),
    async countSent(action) {
      const { calls } = (await steer('GET', '/calls')) as { calls: { service: string; action: string }[] };
      return calls.filter((call) => call.service === 'stripe' && call.action === action).length;
    },
    async run(...schedules) {
      for (const name of schedules) {
        await steer('POST', `/schedules/${name}/run`);
        await settle();
      }
    },
  };
}

function ask(method: string, url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function askJson(method: string, url: string, body: unknown): Promise<Body> {
  const response = await ask(method, url, body, {});
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
