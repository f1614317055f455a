import { createHmac } from 'node:crypto';

/** A webhook as it is received. */
export type Triple = {
  readonly kind: string;
  readonly header: string;
  readonly body: Buffer;
  readonly secret: string;
  readonly receivedAtMs: number;
};

export type Random = { below(limit: number): number; pick<T>(choices: readonly T[]): T };

/** The same numbers for the same seed, on every machine (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, pick: (choices) => choices[below(choices.length)] as (typeof choices)[number] };
}

export const SECRETS = ['whsec_first', 'whsec_second', 'whsec_ünïcode'];
export const BLANKS = ['', ' ', '\t\r\n', '\f\v '];
export const NOW_SECONDS = 1_795_000_000;

export const sign = (time: string | number, text: string | Buffer, secret: string) =>
  createHmac('sha256', secret).update(`${time}.`).update(text).digest('hex');

/** What the SDK hashes: the text of the bytes. */
const decoded = (body: Buffer) => new TextDecoder().decode(body);

/** A delivery that was signed as Stripe signs, now or at one of the edges of what is too old. */
export function drawValid(random: Random): Triple & { readonly parts: string[] } {
  const secret = random.pick(SECRETS);
  const body = Buffer.from(JSON.stringify({ id: `evt_${random.below(1e6)}`, object: 'event', name: 'Zoë 🙂' }));
  const time = NOW_SECONDS - random.pick([0, 0, 1, 60, 299, 300, -1, -100_000]);
  const parts = [`t=${time}`, `v1=${sign(time, body, secret)}`];
  const receivedAtMs = NOW_SECONDS * 1000 + random.below(1000);
  return { kind: 'valid', header: parts.join(','), parts, body, secret, receivedAtMs };
}

/** The delivery signed again, for another body or time as it is written in the header. */
export const resigned = (
  { secret }: Triple,
  time: string,
  body: Buffer,
  hashed: string | number = Number.parseInt(time, 10),
) => ({
  body,
  header: `t=${time},v1=${sign(hashed, decoded(body), secret)}`,
});

/** JSON but for bytes that no text has. */
export function drawNotUtf8(random: Random): Buffer {
  const bytes = random.pick([[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0x80]]);
  return Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);
}
