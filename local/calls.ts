import type { FaultKind } from './faults.ts';
import type { ServiceName } from './runtime.ts';

/** What a call used of DynamoDB's read and write units. */
export type Capacity = { readonly read: number; readonly write: number };

/** One outgoing call of one function, as `/calls` shows it. */
type CallRecord = {
  readonly seq: number;
  /** When the call was made, by the clock that the functions see. */
  readonly at: string;
  readonly function: string;
  readonly service: ServiceName;
  readonly action: string;
  /** Null for services other than DynamoDB, and until DynamoDB has answered. */
  readonly capacity: Capacity | null;
  /** Null while the call is under way. */
  readonly duration_ms: number | null;
  readonly fault?: FaultKind;
  /** How many items it writes if it takes effect; only of a write to DynamoDB. */
  readonly item_writes?: number;
};

type CallStart = Omit<CallRecord, 'seq' | 'capacity' | 'duration_ms'>;

export type CallLog = {
  /** Notes a call that begins; what it returns completes the note, once. */
  begin(call: CallStart): (capacity: Capacity | null) => void;
  /** The calls that began after the one numbered `since`, oldest first. */
  list(since?: number): readonly CallRecord[];
  /** Forgets all calls. The numbers go on, so that a reader's `since` stays good. */
  clear(): void;
  /** Calls under way, those of killed environments included: their effect may still come. */
  running(): number;
};

const keptCalls = 200_000;
/** Dropped together, since removing the first element of a long array one at a time is slow. */
const droppedTogether = 10_000;

/** The log of all outgoing calls; it keeps the newest 200,000. */
export function createCallLog(): CallLog {
  let records: CallRecord[] = [];
  let lastSeq = 0;
  let running = 0;

  return {
    begin(call) {
      lastSeq += 1;
      running += 1;
      const record: { -readonly [Key in keyof CallRecord]: CallRecord[Key] } = {
        seq: lastSeq,
        ...call,
        capacity: null,
        duration_ms: null,
      };
      records.push(record);
      if (records.length >= keptCalls + droppedTogether) records = records.slice(-keptCalls);
      const startedMs = performance.now();
      return (capacity) => {
        running -= 1;
        record.duration_ms = Math.round((performance.now() - startedMs) * 10) / 10;
        record.capacity = capacity;
      };
    },
    list(since = 0) {
      const kept = records.slice(-keptCalls);
      // The numbers have no gaps, so a number says where its record is.
      return kept.slice(Math.max(since - (kept[0]?.seq ?? 0) + 1, 0));
    },
    clear() {
      records = [];
    },
    running: () => running,
  };
}
