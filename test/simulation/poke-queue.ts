import type { Poke } from '#ports/pokes.ts';
import type { Scheduler, TaskEnd } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

type Message = { readonly poke: Poke; readonly received: number };

/** After this many tries a message is put aside. What it was about stays due. */
const MOST_RECEIVES = 5;

/** Handles one message in a process of its own, and tells how it ended. */
export type Consume = (poke: Poke, name: string, onEnd: (end: TaskEnd) => void) => void;

/** A queue that delivers at least once, in any order, and again whatever was not handled to the end. */
export class PokeQueue {
  #messages: Message[] = [];
  #busy = 0;
  #deliveries = 0;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;

  constructor(scheduler: Scheduler, random: SeededRandom, consumers: number, consume: Consume) {
    this.#scheduler = scheduler;
    this.#random = random;
    scheduler.recur(
      () => this.#messages.length > 0 && this.#busy < consumers,
      () => this.#deliver(consume),
    );
  }

  send(poke: Poke): void {
    this.#messages.push({ poke, received: 0 });
  }

  #deliver(consume: Consume): void {
    const message = this.#random.pick(this.#messages);
    const isDuplicated = this.#random.chance(this.#scheduler.faults.duplicate);
    if (!isDuplicated) this.#messages.splice(this.#messages.indexOf(message), 1);
    this.#busy += 1;
    this.#deliveries += 1;
    const name = `consumer-${this.#deliveries}`;
    this.#scheduler.note(
      `${name}: takes ${JSON.stringify(message.poke)}${isDuplicated ? ', not for the last time' : ''}`,
    );
    consume(message.poke, name, (end) => {
      this.#busy -= 1;
      const received = message.received + 1;
      if (end.is !== 'done' && received < MOST_RECEIVES) this.#messages.push({ ...message, received });
    });
  }
}
