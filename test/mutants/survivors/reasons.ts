/** `original` is the text that is changed; without a `replacement`, whatever it is changed to. */
export type Survivor = {
  readonly file: string;
  readonly original: string;
  readonly replacement?: string;
  /** Part of the line it stands on, where the same text on another line is to be noticed. */
  readonly on?: string;
  readonly why: string;
};

export const ANY_WORD = '"Stryker was here!"';
export const ANY_ENTRY = '["Stryker was here"]';
export const UNDEFINED =
  'A field that is undefined is none: the SDK leaves it out, and so does whoever compares records.';
export const NOBODY = 'It names a record that there is not, as any other word would.';
export const SPARES = 'A read of nothing answers nothing: the shortcut spares a call, and changes no answer.';
export const RULE = 'Nothing here breaks this rule: it tells whoever will, before anything is done.';
export const NONE_LEFT = 'After the last there are none left, and with none nothing is done.';
export const SAYS_BOTH = 'Neither half holds without the other: each says what both do.';
export const A_WORD = 'A word, which stands for an owner who is none of ours, has no customer id.';
export const NAME = 'Whoever catches it asks for its class: the name is read by people.';
const LOOKED = 'What stands before it has looked whether it is there: the question mark is for the types.';

/** Of one file, those that survive for one reason; with a `replacement`, only what is changed to this. */
export function each(file: string, why: string, originals: readonly string[], replacement?: string): Survivor[] {
  return originals.map((original) => ({ file, original, why, ...(replacement !== undefined && { replacement }) }));
}

/** Question marks that only the types ask for. */
export function looked(
  file: string,
  ...pairs: readonly (readonly [original: string, replacement: string])[]
): Survivor[] {
  return pairs.map(([original, replacement]) => ({ file, original, replacement, why: LOOKED }));
}
