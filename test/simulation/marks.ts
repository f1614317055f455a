import type { CatalogStore, NamedWrites } from '#ports/catalog-store.ts';
import type { Records } from '#ports/records.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import type { Rig } from './rig.ts';

/** What a commit tells: what was to be written, whether it was, and what stood there before. */
type Committed = {
  readonly writes: NamedWrites;
  readonly isDone: boolean;
  /** What a write changes or puts, if there is one of this name. */
  readonly set: (name: string) => Readonly<Record<string, unknown>>;
  readonly before: (name: LookedAt) => Readonly<Record<string, unknown>>;
};

/** What marks look at as it stood before. */
const LOOKED_AT = ['sync', 'link', 'claim', 'requestKey', 'operation'] as const;
type LookedAt = (typeof LOOKED_AT)[number];
const NOTHING = {};

const isRun = (set: Readonly<Record<string, unknown>>) => 'runId' in set && set['runId'] !== undefined;

/** What must happen sometimes, seen in what is committed. */
const BY_COMMIT: Readonly<Record<string, (commit: Committed) => boolean>> = {
  'a run lease is taken over': ({ isDone, set, before }) =>
    isDone && isRun(set('sync')) && before('sync')['runExpiresAt'] !== undefined,
  'a run of an unlinked Stripe customer is taken over': ({ isDone, set, before }) =>
    isDone && isRun(set('link')) && before('link')['runExpiresAt'] !== undefined,
  'a run begins while an attempt is open': ({ isDone, set, before }) =>
    isDone && isRun(set('sync')) && before('sync')['attemptKey'] !== undefined,
  'a run loses to a newer revision': ({ isDone, writes, set }) =>
    !isDone && writes['sync'] !== undefined && !isRun(set('sync')) && writes['operation'] === undefined,
  'a busy customer is marked to be looked at again': ({ isDone, set }) => isDone && set('sync')['lookAgain'] === true,
  'that mark is honoured at the end of a run': ({ isDone, set, before }) =>
    isDone && before('sync')['lookAgain'] === true && 'lookAgain' in set('sync') && !isRun(set('sync')),
  'a busy Stripe customer is marked to be looked at again': ({ isDone, set }) =>
    isDone && set('link')['lookAgain'] === true,
  'an attempt is lost': ({ isDone, set }) => isDone && set('attempt')['outcome'] === 'lost',
  'an attempt is recorded that only marks': ({ isDone, set }) => isDone && set('attempt')['isMarking'] === true,
  'a value that lost is audited with the change': ({ isDone, set }) =>
    isDone && set('audit')['overruled'] !== undefined && set('audit')['after'] !== null,
  'a value that our write replaced unseen is audited by its echo': ({ isDone, set }) =>
    isDone && set('audit')['overruled'] !== undefined && set('audit')['after'] === null,
  'a name is taken over from Stripe': ({ isDone, set }) => isDone && set('audit')['cause'] === 'webhook',
  'an email is taken over from Stripe': ({ isDone, set, writes }) =>
    isDone && set('audit')['cause'] === 'webhook' && writes['oldClaim'] !== undefined && set('audit')['after'] !== null,
  'a customer born in Stripe is imported': ({ isDone, set, writes }) =>
    isDone && writes['link'] !== undefined && set('audit')['before'] === null && writes['operation'] === undefined,
  'a deletion in Stripe makes a tombstone': ({ isDone, set }) =>
    isDone && set('audit')['cause'] === 'webhook' && set('audit')['after'] === null && 'before' in set('audit'),
  'a conflict begins': ({ isDone, set, before }) =>
    isDone && set('sync')['conflict'] !== undefined && before('sync')['conflict'] === undefined,
  'a conflict ends by itself': ({ isDone, set, before }) =>
    isDone && 'conflict' in set('sync') && set('sync')['conflict'] === undefined && before('sync')['conflict'] != null,
  'an edit meets another version': ({ isDone, writes, set }) =>
    !isDone && writes['operation'] === undefined && 'name' in set('customer') && writes['sync'] !== undefined,
  'an email is taken': ({ isDone, writes, before }) =>
    !isDone && writes['requestKey'] !== undefined && before('claim')['customerId'] !== undefined,
  'a key meets the work that it began': ({ isDone, before }) =>
    !isDone && before('requestKey')['operationId'] !== undefined,
  'an executor takes over': ({ isDone, set }) => isDone && Number(set('operation')['fence']) > 1,
  'two sweeps want to resume one operation': ({ isDone, set }) => !isDone && Number(set('operation')['fence']) > 1,
  'an executor that was overtaken writes nothing': ({ isDone, writes, set }) =>
    !isDone && writes['operation'] !== undefined && !('fence' in set('operation')) && !('id' in set('operation')),
  'a request to Stripe gets a new key': ({ isDone, set }) => isDone && Number(set('operation')['attempt']) > 1,
  'an operation is to be undone': ({ isDone, set }) => isDone && set('operation')['status'] === 'compensating',
  'a create is released': ({ isDone, set, writes }) =>
    isDone && set('operation')['status'] === 'compensated' && writes['claim'] !== undefined,
  'an update is released': ({ isDone, set, before }) =>
    isDone && set('operation')['status'] === 'compensated' && before('operation')['kind'] === 'update',
  'a protected delete succeeds': ({ isDone, set, before }) =>
    isDone && set('operation')['status'] === 'succeeded' && before('operation')['kind'] === 'delete',
  'an operation meets somebody who asked to look again': ({ isDone, writes, before }) =>
    !isDone && writes['operation'] !== undefined && before('sync')['lookAgain'] === true,
};

/** What must happen sometimes, seen in the trace. */
const BY_TRACE: Readonly<Record<string, RegExp>> = {
  'a caller dies after its first transaction': /api \w+ commit requestKey.*: dies after committed/,
  'the saga is not started': /The saga was not started/,
  'a poke is not sent': /The poke was not sent/,
  'a lost reply of the saga’s is had by the same key': /(Apply|Resolve|Settle) .*POST .*: 200 again/,
  'a saved 500 is answered again': /POST .*: 500 again/,
  'a lost reply of a run’s is had by the same key': /consumer-\d+ POST .*: 200 again/,
  'a request arrives after its sender has given up': /POST .* arrives late: 200/,
  'a late request finds its answer saved': /POST .* arrives late: 200 again/,
  'what was made is deleted again': /Undo .*DELETE .*: 200/,
  'an undo pins its request down': /Undo .*POST .*: 200/,
  'a request too old for its key is looked for': /(Resolve|Settle|Undo) \S+ GET \/v1\/customers/,
  'an update too old for its key is looked for': /GET \/v1\/events:/,
  'an update is settled after it was given up': /Settle .*commit operation,customer.*: committed/,
  'Stripe refuses': /(Apply|Resolve|Settle) .*POST .*: 400/,
  'an execution ends early, and a rule tells': /ended-early commit operation: committed/,
  'an execution ends early, and its operation has ended': /ended-early commit operation: refused/,
  'a step is killed': /(Apply|Resolve|Undo|Release|GiveUp|Settle) \S+: killed at its deadline/,
  'a consumer is killed': /consumer-\d+: killed at its deadline/,
  'a message comes once more': /not for the last time/,
  'a delete of ours reaches Stripe': /consumer-\d+ DELETE .*: 200/,
  'a delete meets a customer that is gone': /DELETE .*: 404/,
  'an edit meets a customer that is gone': /consumer-\d+ POST .*: 404/,
  'a write of a run’s is too old for its key, and looked for': /consumer-\d+ GET \/v1\/customers: 200/,
  'a run or an event meets a tombstone': /consumer-\d+ read customer(,sync)?: deleted/,
  'a request here meets a tombstone': /api \w+ read customer,sync: deleted/,
};

const COMMIT_MARKS = Object.entries(BY_COMMIT);

export const MARKS = [...Object.keys(BY_COMMIT), ...Object.keys(BY_TRACE)];

/** Notes which marks are hit: by what goes through the store, and by a trace when its story is over. */
export function marking() {
  const hits = new Map(MARKS.map((mark) => [mark, 0]));
  const hit = (mark: string) => hits.set(mark, (hits.get(mark) ?? 0) + 1);
  return {
    hits,
    wrapStore: (store: CatalogStore): CatalogStore => {
      const commit = async <const W extends NamedWrites>(writes: W) => {
        const looked = LOOKED_AT.flatMap((name) => (writes[name] ? [{ name, key: writes[name].key }] : []));
        const standing = await store.read(looked.map(({ key }) => key));
        const before = new Map(looked.map(({ name }, index) => [name, standing[index]]));
        const result = await store.commit(writes);
        const told: Committed = {
          writes,
          isDone: result.committed,
          set: (name) => changesOf(writes[name]),
          before: (name) => (before.get(name) ?? NOTHING) as Readonly<Record<string, unknown>>,
        };
        for (const [mark, isHit] of COMMIT_MARKS) if (isHit(told)) hit(mark);
        return result;
      };
      return { ...withoutGuard(store, () => false), commit };
    },
    noteTrace({ trace }: Pick<Rig, 'trace'>): void {
      const text = trace.join('\n');
      for (const [mark, pattern] of Object.entries(BY_TRACE)) if (pattern.test(text)) hit(mark);
    },
  };
}

function changesOf(write: NamedWrites[string]): Readonly<Record<string, unknown>> {
  if (write === undefined) return NOTHING;
  if ('change' in write) return write.change;
  return 'put' in write ? (write.put as Partial<Records[keyof Records]> as Readonly<Record<string, unknown>>) : NOTHING;
}
