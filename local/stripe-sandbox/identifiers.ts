import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The lengths, after the prefix, of the ids that Stripe itself makes. */
const LENGTHS = { cus_: 14, evt_: 24, sub_: 24, si_: 14, req_: 14, pi_: 24, ch_: 24, in_: 24 } as const;

/** A new id in the look of Stripe's, say `cus_NffrFeUfNV2Hib`. */
export type NewIdentifier = (prefix: keyof typeof LENGTHS) => string;

/** Makes ids of these bytes, which are random unless a caller needs the same ids again. */
export function createIdentifiers(bytes: (count: number) => Iterable<number> = randomBytes): NewIdentifier {
  return (prefix) => {
    let id: string = prefix;
    for (const byte of bytes(LENGTHS[prefix])) id += ALPHABET.charAt(byte % ALPHABET.length);
    return id;
  };
}
