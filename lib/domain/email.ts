declare const normalized: unique symbol;

/** An email in the form that uniqueness is decided on. Only `normalizeEmail` makes one. */
export type NormalizedEmail = string & { readonly [normalized]: true };

export const EMAIL_MAX_LENGTH = 512;

// One @, no white space, controls or RFC 5322 specials, and a dotted domain whose labels are not empty. Stripe judges
// the rest; what matters here is that nothing harmful or ambiguous becomes a key.
const LABEL = String.raw`[^\s@.,;:<>()[\]\\"\p{Cc}\p{Cf}]+`;
const ADDRESS = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*@${LABEL}(?:\.${LABEL})+$`, 'u');

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX_LENGTH && text.isWellFormed() && ADDRESS.test(text);
}

/**
 * The form that uniqueness is decided on: Unicode NFC, ASCII letters in lower case. Dots and plus tags stay, because
 * only a mailbox's own provider knows whether they matter.
 */
export function normalizeEmail(email: string): NormalizedEmail {
  return email
    .trim()
    .normalize('NFC')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase()) as NormalizedEmail;
}
