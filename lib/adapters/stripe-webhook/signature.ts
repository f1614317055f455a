import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long after it was signed a delivery is believed: a copied one cannot be sent again later. */
const TOLERANCE_SECONDS = 300;

/** SHA-256 in hexadecimal. */
const SIGNATURE_LENGTH = 64;

export type SignatureHeader = { readonly timestampSeconds: number; readonly signatures: readonly Buffer[] };

/** Which of the secrets made a signature, or why the delivery is not believed. */
export type Verdict = { readonly secretIndex: number } | { readonly refused: 'signature' | 'stale' };

/**
 * Reads `Stripe-Signature: t=<seconds>,v1=<signature>,…`; undefined when it is not one. Other schemes are passed over;
 * several signatures stand there while Stripe rolls a secret. What counts as one, to the last oddity, is what counts
 * for `stripe.webhooks.constructEvent`: https://docs.stripe.com/webhooks#verify-manually
 */
export function parseSignatureHeader(header: string): SignatureHeader | undefined {
  let timestampSeconds = -1;
  const signatures: string[] = [];
  for (const part of header.split(',')) {
    const [name, value = ''] = part.split('=');
    if (name === 't') timestampSeconds = Number.parseInt(value, 10);
    if (name === 'v1') signatures.push(value);
  }
  if (timestampSeconds === -1 || signatures.length === 0 || !signatures.every(canBeCompared)) return undefined;
  return { timestampSeconds, signatures: signatures.map((signature) => Buffer.from(signature)) };
}

/** The text that is signed and later parsed: without a byte order mark, and what is not UTF-8 replaced, as Stripe's SDK reads it. */
export function decodeBody(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

/**
 * Looks for a secret that signed this text at the header's time, and at how long ago that was. A time in the future is
 * no reason to refuse: who can sign one can sign the present.
 */
export function verifySignature(
  text: string,
  { timestampSeconds, signatures }: SignatureHeader,
  secrets: readonly string[],
  receivedAtMs: number,
): Verdict {
  const secretIndex = secrets.findIndex((secret) => {
    // Anybody can sign with nothing.
    if (/^[ \t\r\n\f\v]*$/.test(secret)) return false;
    const expected = Buffer.from(createHmac('sha256', secret).update(`${timestampSeconds}.${text}`).digest('hex'));
    return signatures.some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  });
  if (secretIndex < 0) return { refused: 'signature' };
  const ageSeconds = Math.floor(receivedAtMs / 1000) - timestampSeconds;
  return ageSeconds > TOLERANCE_SECONDS ? { refused: 'stale' } : { secretIndex };
}

/** The SDK fails on an empty signature, and on one that is as long as a real one in characters but not in bytes. */
function canBeCompared(signature: string): boolean {
  return (
    signature !== '' && (signature.length !== SIGNATURE_LENGTH || Buffer.byteLength(signature) === signature.length)
  );
}
