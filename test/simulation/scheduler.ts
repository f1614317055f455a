import { drawFate, type Fate, type Faults, NO_FAULTS } from './faults.ts';
import type { Plan } from './plan.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A process, as far as a simulation tells it from others: it dies as a whole, and what it was told dies with it. */
export type Task = {
  readonly name: string;
  /** Whether faults happen to it. */
  readonly isFaulty: boolean;
  /** It is killed when it has not ended so long after its first turn. */
  readonly lifetimeMs: number;
  readonly onEnd: (end: TaskEnd) => void;
};

/** `died`: it will never say what it did. */
export type TaskEnd = { readonly is: 'done' | 'died' } | { readonly is: 'failed'; readonly error: unknown };

/** A call of a port: the one place where a task waits for its turn. */
export type PortCall<Result> = {
  readonly label: string;
  readonly perform: () => Result | Promise<Result>;
  /** What the caller gets when no answer comes. */
  readonly unanswered: () => Error;
  /** How long after the call it may still take effect although its caller has given up; not at all unless said. */
  readonly travelsMs?: number;
  /** How the trace shows what came of it. */
  readonly show?: (result: Result) => string;
};

/** Somebody who waits for a turn. Without a task it is no process: it can only happen. */
type Waiter = {
  readonly task: Task | undefined;
  readonly isReady: (nowMs: number) => boolean;
  /** The time at which it becomes ready by itself, or must at last have happened. */
  readonly wakeAtMs?: number;
  readonly latestMs?: number;
  readonly go: () => void;
};

/** A turn takes less than this. */
const TURN_MS = 10;
/** How often a sleeper wakes before the others have got on. */
const WAKES_EARLY = 0.05;
const MOST_STEPS = 10_000;
/** In a run errors have no stack: the SDK notes one at every call, which costs more than the call. */
const USUAL_STACK = Error.stackTraceLimit;

/**
 * Runs tasks one step at a time. At each call of a port the task waits; the seed decides who goes on, what the call
 * meets and how time passes. The same seed is the same run, byte for byte, as long as tasks wait for nothing but ports.
 */
export class Scheduler {
  readonly trace: string[] = [];
  faults: Faults = NO_FAULTS;
  /** How many calls have been made. */
  calls = 0;
  readonly #random: SeededRandom;
  readonly #plan: Plan;
  #faultsMet = 0;
  readonly #startMs: number;
  #nowMs: number;
  #waiters: Waiter[] = [];
  #performing = 0;
  readonly #deadlines = new Map<Task, number>();
  readonly #dead = new Set<Task>();

  constructor(random: SeededRandom, startMs: number, plan: Plan) {
    this.#random = random;
    this.#plan = plan;
    this.#startMs = startMs;
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Begins a task when its first turn comes. */
  spawn(task: Task, work: () => Promise<unknown>): void {
    this.#wait(task, () => {
      this.#deadlines.set(task, this.#nowMs + task.lifetimeMs);
      work().then(
        () => this.#end(task, { is: 'done' }),
        (error: unknown) => this.#end(task, { is: 'failed', error }),
      );
    });
  }

  /** Lets something happen whenever it is ready and its turn comes. */
  recur(isReady: () => boolean, happen: () => void): void {
    this.#waiters.push({
      ...{ task: undefined, isReady },
      go: () => {
        happen();
        this.recur(isReady, happen);
      },
    });
  }

  /** Makes a call when its turn comes, and lets happen to it what the seed decides. */
  call<Result>(task: Task, call: PortCall<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const perform = async () => {
        this.#performing += 1;
        try {
          return await call.perform();
        } finally {
          this.#performing -= 1;
        }
      };
      this.#wait(task, () => {
        this.calls += 1;
        const faults = task.isFaulty ? this.faults : NO_FAULTS;
        const fate = this.#planned(drawFate(this.#random, faults, call.travelsMs !== undefined));
        const note = (result: string) => this.note(`${task.name} ${call.label}: ${result}`);
        const giveUp = () => {
          note(fate);
          reject(call.unanswered());
        };
        if (fate === 'dies before') {
          note(fate);
          this.#end(task, { is: 'died' });
        } else if (fate === 'request lost') giveUp();
        else if (fate === 'late') {
          this.#land(call, perform, note);
          giveUp();
        } else {
          perform().then(
            (result) => {
              if (fate === 'reply lost') return giveUp();
              note(`${fate === 'happens' ? '' : `${fate} `}${call.show?.(result) ?? 'done'}`);
              if (fate === 'dies after') this.#end(task, { is: 'died' });
              else resolve(result);
            },
            (error: unknown) => {
              note(`${error}`);
              reject(error);
            },
          );
        }
      });
    });
  }

  /** Time passes for a sleeper when everybody else waits too, or when the seed decides so. */
  sleep(task: Task, ms: number): Promise<void> {
    return new Promise((wake) => this.#wait(task, wake, this.#nowMs + ms));
  }

  /** Lets time pass at once. Whoever is past its deadline then is killed. */
  passUntil(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
    for (const [task, deadlineMs] of this.#deadlines) {
      if (deadlineMs > this.#nowMs) continue;
      this.note(`${task.name}: killed at its deadline`);
      this.#end(task, { is: 'died' });
    }
  }

  /** Until nobody has anything to do. */
  async run(): Promise<void> {
    Error.stackTraceLimit = 0;
    try {
      for (let steps = 0; steps < MOST_STEPS; steps += 1) {
        const next = this.#next();
        if (next === 'nobody') return;
        if (next !== 'time passes') await this.#letGoOrStall(next);
      }
      throw new Error(`After ${MOST_STEPS} steps there is no end.`);
    } finally {
      Error.stackTraceLimit = USUAL_STACK;
    }
  }

  /** Lets time pass, and says whose turn it is then. */
  #next(): Waiter | 'time passes' | 'nobody' {
    const ready: Waiter[] = [];
    let wakesAtMs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      if (waiter.isReady(this.#nowMs)) ready.push(waiter);
      else if (waiter.wakeAtMs !== undefined) wakesAtMs = Math.min(wakesAtMs, waiter.wakeAtMs);
    }
    const isAnybodyAsleep = wakesAtMs < Number.POSITIVE_INFINITY;
    if (ready.length === 0 && !isAnybodyAsleep) return 'nobody';
    if (ready.length === 0 || (isAnybodyAsleep && this.#random.chance(WAKES_EARLY))) {
      this.#letPass(wakesAtMs);
      return 'time passes';
    }
    const passes = this.#random.chance(this.faults.pause) ? this.faults.standstillMs : TURN_MS;
    this.#letPass(this.#nowMs + this.#random.below(passes));
    // Some of them may have been killed meanwhile.
    const alive = ready.filter(({ task }) => task === undefined || !this.#dead.has(task));
    return alive.length > 0 ? this.#random.pick(alive) : 'time passes';
  }

  note(line: string): void {
    this.trace.push(`${this.#nowMs - this.#startMs} ${line}`);
  }

  #planned(fate: Fate): Fate {
    if (fate === 'happens') return fate;
    this.#faultsMet += 1;
    return this.#plan.happens(`fault-${this.#faultsMet}`) ? fate : 'happens';
  }

  #wait(task: Task, go: () => void, wakeAtMs?: number): void {
    // A process that is dead asks for nothing.
    if (this.#dead.has(task)) return;
    const isReady = (nowMs: number) => wakeAtMs === undefined || wakeAtMs <= nowMs;
    this.#waiters.push({ task, isReady, go, ...(wakeAtMs !== undefined && { wakeAtMs }) });
  }

  /** The request is on its way, and arrives at last. */
  #land<Result>(
    { show, travelsMs = 0 }: PortCall<Result>,
    perform: () => Promise<Result>,
    note: (text: string) => void,
  ) {
    this.#waiters.push({
      ...{ task: undefined, isReady: () => true, latestMs: this.#nowMs + travelsMs },
      go: () => {
        perform().then(
          (result) => note(`arrives late: ${show?.(result) ?? 'done'}`),
          (error: unknown) => note(`arrives late: ${error}`),
        );
      },
    });
  }

  /** Time does not pass by a request that must have arrived. */
  #letPass(untilMs: number): void {
    let latestMs = untilMs;
    for (const waiter of this.#waiters) latestMs = Math.min(latestMs, waiter.latestMs ?? untilMs);
    this.passUntil(latestMs);
  }

  async #letGoOrStall(waiter: Waiter): Promise<void> {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    if (waiter.task?.isFaulty === true && this.#random.chance(this.faults.stall)) {
      const wakeAtMs = this.#nowMs + this.#random.below(this.faults.standstillMs);
      this.note(`${waiter.task.name} stalls`);
      this.#waiters.push({ ...waiter, wakeAtMs, isReady: (nowMs) => wakeAtMs <= nowMs });
      return;
    }
    waiter.go();
    // What it does without waiting for a port is done when the microtasks are, and then comes the next tick.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (this.#performing > 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #end(task: Task, end: TaskEnd): void {
    if (this.#dead.has(task)) return;
    this.#dead.add(task);
    this.#deadlines.delete(task);
    this.#waiters = this.#waiters.filter((waiter) => waiter.task !== task);
    if (end.is !== 'died') this.note(`${task.name}: ${end.is === 'failed' ? `fails, ${end.error}` : 'ends'}`);
    task.onEnd(end);
  }
}
