/** The calls under `/_sandbox`: what tests and people may do that Stripe's own API does not offer. */
import type { Rooms } from './endpoint.ts';
import type { Idempotency } from './idempotency.ts';
import type { PlannedFailures } from './planned-failures.ts';
import { MAX_LAG_SECONDS } from './search-index.ts';
import { readState } from './state-report.ts';
import type { Webhooks } from './webhooks.ts';

export type ControlReply = { readonly status: number; readonly body: unknown };

type Parts = Rooms & {
  readonly webhooks: Webhooks;
  readonly failures: PlannedFailures;
  readonly idempotency: Idempotency;
};

type Body = Readonly<Record<string, unknown>>;
type Call = (body: Body) => ControlReply | Promise<ControlReply>;

const MAX_LATENCY_MS = 60_000;
const MAX_DELIVERIES = 1_000;

export type Control = (method: string, path: string, text: string) => Promise<ControlReply>;

export function createControl(parts: Parts): Control {
  const { state, failures } = parts;
  const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
    ['GET /_sandbox/state', () => ok(readState(parts))],
    ['POST /_sandbox/webhooks', (body) => setMode(parts, body)],
    ['POST /_sandbox/webhooks/deliver', (body) => deliver(parts, body)],
    ['POST /_sandbox/latency', (body) => setLatency(parts, body)],
    ['POST /_sandbox/search', (body) => setSearchLag(parts, body)],
    ['POST /_sandbox/fail', (body) => planFailure(parts, body)],
    [
      'POST /_sandbox/reset',
      () => {
        failures.clear();
        state.clear();
        return ok({ reset: true });
      },
    ],
  ]);

  return async (method, path, text) => {
    const call = calls.get(`${method} ${path}`);
    if (call === undefined) return refused(404, `No such control call: ${method} ${path}`);
    const body = parseBody(text);
    return body === undefined ? refused(400, 'The body must be a JSON object') : call(body);
  };
}

/** Holding also ends the retries that were waiting: from then on nothing comes by itself. */
function setMode({ state }: Parts, { mode }: Body): ControlReply {
  if (mode !== 'deliver' && mode !== 'hold') return refused(400, 'mode must be deliver or hold');
  state.atomically(() => {
    state.settings.change({ webhookMode: mode });
    if (mode === 'hold') state.deliveries.clear();
  });
  return ok({ mode });
}

async function deliver({ webhooks, events }: Parts, body: Body): Promise<ControlReply> {
  const ids = body['events'];
  if (!Array.isArray(ids) || ids.length > MAX_DELIVERIES) {
    return refused(400, `events must be a list of at most ${MAX_DELIVERIES} event ids`);
  }
  const found = ids.map((id) => (typeof id === 'string' ? events.find(id) : undefined));
  const wanted = found.filter((event) => event !== undefined);
  if (wanted.length < ids.length) return refused(404, `No such event: ${ids[found.indexOf(undefined)]}`);
  const deliveries = await webhooks.deliverByHand(wanted);
  return deliveries ? ok({ deliveries }) : refused(409, 'No webhook is configured');
}

function setLatency({ state }: Parts, { ms }: Body): ControlReply {
  if (!isWithin(ms, 0, MAX_LATENCY_MS)) return refused(400, `ms must be an integer from 0 to ${MAX_LATENCY_MS}`);
  state.settings.change({ latencyMs: ms });
  return ok({ ms });
}

function setSearchLag({ state }: Parts, { lag_seconds: lag }: Body): ControlReply {
  if (!isWithin(lag, 0, MAX_LAG_SECONDS))
    return refused(400, `lag_seconds must be an integer from 0 to ${MAX_LAG_SECONDS}`);
  state.settings.change({ searchLagSeconds: lag });
  return ok({ lag_seconds: lag });
}

function planFailure({ failures }: Parts, body: Body): ControlReply {
  const { method, path, times = 1, after_effect: afterEffect = false } = body;
  if (typeof method !== 'string' || typeof path !== 'string') return refused(400, 'method and path are needed');
  if (!isWithin(times, 1, 1_000)) return refused(400, 'times must be an integer from 1 to 1000');
  if (typeof afterEffect !== 'boolean') return refused(400, 'after_effect must be true or false');
  failures.plan({ method, path, times, afterEffect });
  return ok({ method, path, times, after_effect: afterEffect });
}

function parseBody(text: string): Body | undefined {
  if (text.trim() === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? Object.fromEntries(Object.entries(body)) : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function ok(body: unknown): ControlReply {
  return { status: 200, body };
}

function refused(status: number, message: string): ControlReply {
  return { status, body: { error: { message } } };
}
