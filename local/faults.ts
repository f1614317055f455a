import { setTimeout as passMs } from 'node:timers/promises';
import type { ServiceName } from './runtime.ts';

const faultKinds = ['kill-before', 'kill-after', 'lost-reply', 'throttle', 'error', 'delay'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What happens to a call, and to which one. The field names are those of `POST /faults`. */
export type Fault = {
  readonly kind: FaultKind;
  readonly service: ServiceName;
  readonly function?: string;
  readonly action?: string;
  /** The first matching call that is hit, counted from 1 at the time the fault was added. */
  readonly nth: number;
  /** How many consecutive matching calls are hit. */
  readonly times: number;
  /** What the kind `error` answers. */
  readonly status: number;
  /** What the kind `error` calls it, in DynamoDB's words; by default what the status says. */
  readonly code?: DynamodbError;
  /** How long the kind `delay` holds the call back, in real time; clearing the faults lets it go at once. */
  readonly delay_ms: number;
};

/** Failures of DynamoDB that no status tells from one another. */
const dynamodbErrors = ['TransactionConflict', 'RequestLimitExceeded', 'ThrottlingException'] as const;
export type DynamodbError = (typeof dynamodbErrors)[number];

type FaultedCall = { readonly function: string; readonly service: ServiceName; readonly action: string };

/** A fault that is waiting or at work, with the matching calls it has seen so far. */
type FaultEntry = Fault & { readonly seen: number };

export type Faults = {
  /** Adds the fault that a request body describes. Throws `InvalidFault` with a sentence for a person. */
  add(body: unknown): Fault;
  clear(): void;
  list(): readonly FaultEntry[];
  /**
   * Counts the call on every fault that matches it, and returns the fault to apply. Where two would hit the same call
   * the one that was added first does.
   */
  take(call: FaultedCall): Fault | undefined;
  /** Resolves when a call that this fault delays may go on: after its time, or when the faults are cleared. */
  hold(fault: Fault, call: FaultedCall): Promise<void>;
  /** Whose calls are held back now: a function's name for each. */
  held(): readonly string[];
};

export class InvalidFault extends Error {
  override readonly name = 'InvalidFault';
}

const serviceNames = ['dynamodb', 'stripe', 'states', 'sqs', 'secrets'] as const satisfies readonly ServiceName[];
const fields = ['function', 'service', 'action', 'nth', 'times', 'kind', 'status', 'code', 'delay_ms'];
const longestDelayMs = 3_600_000;
const mostFaults = 1_000;

/** The faults to inject into the functions' outgoing calls. */
export function createFaults(): Faults {
  let entries: { readonly fault: Fault; seen: number }[] = [];
  let clearing = new AbortController();
  const held = new Set<FaultedCall>();

  return {
    add(body) {
      const fault = parseFault(body);
      if (entries.length >= mostFaults) throw new InvalidFault(`There are ${mostFaults} faults already.`);
      entries.push({ fault, seen: 0 });
      return fault;
    },
    clear() {
      entries = [];
      clearing.abort();
      clearing = new AbortController();
    },
    list: () => entries.map(({ fault, seen }) => ({ ...fault, seen })),
    take(call) {
      let hit: Fault | undefined;
      for (const entry of entries) {
        if (!matches(entry.fault, call)) continue;
        entry.seen += 1;
        if (entry.seen >= entry.fault.nth) hit ??= entry.fault;
      }
      entries = entries.filter(({ fault, seen }) => seen < fault.nth + fault.times - 1);
      return hit;
    },
    async hold({ delay_ms: delayMs }, call) {
      held.add(call);
      await passMs(delayMs, undefined, { signal: clearing.signal }).catch(() => {});
      held.delete(call);
    },
    held: () => [...held].map((call) => call.function),
  };
}

function matches(fault: Fault, call: FaultedCall): boolean {
  if (fault.service !== call.service) return false;
  if (fault.function !== undefined && fault.function !== call.function) return false;
  return fault.action === undefined || fault.action === call.action;
}

function parseFault(body: unknown): Fault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidFault('A fault is a JSON object.');
  }
  const given = body as Record<string, unknown>;
  const unknownField = Object.keys(given).find((field) => !fields.includes(field));
  if (unknownField !== undefined) {
    throw new InvalidFault(`A fault has no field ${unknownField}; its fields are ${fields.join(', ')}.`);
  }
  const [kind, service] = [oneOf(given, 'kind', faultKinds), oneOf(given, 'service', serviceNames)];
  const isNamed = given['code'] !== undefined;
  if (isNamed && (kind !== 'error' || service !== 'dynamodb')) {
    throw new InvalidFault('A code is for the kind error of dynamodb.');
  }
  return {
    ...{ kind, service },
    ...(isNamed && { code: oneOf(given, 'code', dynamodbErrors) }),
    ...optionalText(given, 'function'),
    ...optionalText(given, 'action'),
    nth: wholeNumber(given, 'nth', { default: 1, least: 1, most: 1_000_000 }),
    times: wholeNumber(given, 'times', { default: 1, least: 1, most: 1_000_000 }),
    status: wholeNumber(given, 'status', { default: 500, least: 400, most: 599 }),
    delay_ms: wholeNumber(given, 'delay_ms', { default: 1_000, least: 0, most: longestDelayMs }),
  };
}

type Given = Readonly<Record<string, unknown>>;

function oneOf<Choice extends string>(given: Given, field: string, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === given[field]);
  if (chosen === undefined) throw new InvalidFault(`${field} must be one of ${choices.join(', ')}.`);
  return chosen;
}

function optionalText<Field extends string>(given: Given, field: Field): { [Key in Field]?: string } {
  const value = given[field];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string' || value === '') throw new InvalidFault(`${field} must be a string.`);
  return { [field]: value } as { [Key in Field]?: string };
}

type Range = { readonly default: number; readonly least: number; readonly most: number };

function wholeNumber(given: Given, field: string, range: Range): number {
  const value = given[field] ?? range.default;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < range.least || value > range.most) {
    throw new InvalidFault(`${field} must be a whole number from ${range.least} to ${range.most}.`);
  }
  return value;
}
