import type { ReadyLine } from '#local/ready-line.ts';
import { sum } from './statistics.ts';

type Call = {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  readonly capacity: { readonly read: number; readonly write: number } | null;
  readonly item_writes?: number;
};
type Report = {
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly busy_ms: number }>>;
  readonly state_transitions: Readonly<Record<string, number>>;
};

/** What one operation used until everything that followed from it was done. */
export type Used = {
  /** `service action`, and how often, without the reads by which the API waits. */
  readonly calls: Readonly<Record<string, number>>;
  readonly stripe: number;
  readonly dynamodb: number;
  readonly sqs: number;
  /** Of the calls that took effect. */
  readonly itemWrites: number;
  /** Of all calls, the waiting reads included: they are billed too. */
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly stateTransitions: number;
  readonly invocations: number;
  readonly busyMs: number;
};

const ANSWERING = ['api', 'delete-customer', 'maintenance'].map((entry) => `concord-local-${entry}`);

/** The API looks at the operation until it is final: how often depends on how long Stripe takes. */
const isWaiting = ({ function: name, action }: Call) => action === 'GetItem' && ANSWERING.includes(name);

/** Does the work, lets what follows from it end, and tells what both used. */
export async function measureUsed(
  { control }: ReadyLine,
  settle: () => Promise<void>,
  work: () => Promise<void>,
): Promise<Used> {
  await settle();
  const before = await read<Report>(`${control}/usage`);
  await fetch(`${control}/calls`, { method: 'DELETE' });
  await work();
  await settle();
  const calls = await callsOf({ control });
  const after = await read<Report>(`${control}/usage`);
  const counted = calls.filter((call) => !isWaiting(call));
  const of = (service: string) => counted.filter((call) => call.service === service);
  const names = counted.map(({ service, action }) => `${service} ${action}`).sort();
  const busy = (report: Report, of: 'invocations' | 'busy_ms') =>
    sum(Object.values(report.functions).map((one) => one[of]));
  return {
    calls: Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((one) => one === name).length])),
    stripe: of('stripe').length,
    dynamodb: of('dynamodb').length,
    sqs: of('sqs').length,
    itemWrites: sum(counted.map((call) => (call.capacity === null ? 0 : (call.item_writes ?? 0)))),
    readUnits: sum(calls.map(({ capacity }) => capacity?.read ?? 0)),
    writeUnits: sum(calls.map(({ capacity }) => capacity?.write ?? 0)),
    stateTransitions: sum(Object.values(after.state_transitions)) - sum(Object.values(before.state_transitions)),
    invocations: busy(after, 'invocations') - busy(before, 'invocations'),
    busyMs: Math.round(busy(after, 'busy_ms') - busy(before, 'busy_ms')),
  };
}

/** What the functions have called since the log of calls was emptied. */
export async function callsOf({ control }: Pick<ReadyLine, 'control'>): Promise<readonly Call[]> {
  return (await read<{ calls: Call[] }>(`${control}/calls`)).calls;
}

async function read<Body>(url: string): Promise<Body> {
  return (await (await fetch(url)).json()) as Body;
}
