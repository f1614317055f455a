import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  type BatchWriteCommandOutput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { Note, ScratchStore } from '#ports/scratch-store.ts';
import type { Clock, Random } from '#ports/system.ts';

/** DynamoDB's limits on one request. */
const WRITES_A_REQUEST = 25;
const READS_A_REQUEST = 100;
const REQUESTS_AT_ONCE = 4;
/** What is throttled is sent again for about ten seconds: after that, the work is better begun again. */
const TRIES = 8;
const BACKOFF_MS = 40;

type Item = { readonly id: string; readonly text: string; readonly expiration: number };

/** Notes in the table of what may be lost. It removes what has expired by itself, some day: here it has expired at once. */
export class DynamoScratchStore implements ScratchStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #system: { readonly clock: Clock; readonly random: Random };

  constructor(client: DynamoDBDocumentClient, table: string, system: { clock: Clock; random: Random }) {
    this.#client = client;
    this.#table = table;
    this.#system = system;
  }

  async put(notes: readonly Note[], expiresAtSeconds: number): Promise<void> {
    const requests = notes.map(({ name, text }) => ({
      PutRequest: { Item: { id: name, text, expiration: expiresAtSeconds } satisfies Item },
    }));
    await eachOf(slicesOf(requests, WRITES_A_REQUEST), (slice) =>
      this.#untilDone(slice, async (left) => {
        const { UnprocessedItems }: BatchWriteCommandOutput = await this.#client.send(
          new BatchWriteCommand({ RequestItems: { [this.#table]: left } }),
        );
        return (UnprocessedItems?.[this.#table] ?? []) as typeof requests;
      }),
    );
  }

  async get(names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const found = new Map<string, string>();
    const nowSeconds = this.#system.clock.nowMs() / 1000;
    await eachOf(slicesOf([...new Set(names)], READS_A_REQUEST), (slice) =>
      this.#untilDone(slice, async (left) => {
        const Keys = left.map((id) => ({ id }));
        const reply: BatchGetCommandOutput = await this.#client.send(
          new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } }),
        );
        for (const { id, text, expiration } of (reply.Responses?.[this.#table] ?? []) as Item[]) {
          if (expiration > nowSeconds) found.set(id, text);
        }
        return (reply.UnprocessedKeys?.[this.#table]?.Keys ?? []).map(({ id }) => id as string);
      }),
    );
    return names.map((name) => found.get(name));
  }

  /** Sends again what DynamoDB has left undone. */
  async #untilDone<One>(all: readonly One[], send: (left: One[]) => Promise<One[]>): Promise<void> {
    let left = [...all];
    for (let attempt = 1; ; attempt += 1) {
      left = await send(left);
      if (left.length === 0) return;
      if (attempt === TRIES) throw new Error(`DynamoDB has left ${left.length} of a batch undone.`);
      await this.#system.clock.sleep(this.#system.random.fraction() * BACKOFF_MS * 2 ** attempt);
    }
  }
}

function slicesOf<One>(all: readonly One[], most: number): One[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, index) =>
    all.slice(index * most, (index + 1) * most),
  );
}

/** A few at a time. */
async function eachOf<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker));
}
