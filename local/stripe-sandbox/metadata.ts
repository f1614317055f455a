import { invalidParameter } from './errors.ts';
import type { Form, FormValue } from './form-body.ts';

export type Metadata = Readonly<Record<string, string>>;

/** What a request says of metadata: keys to set, keys to delete (null), or all of them gone. */
export type MetadataChange = 'clear' | ReadonlyMap<string, string | null>;

/** https://docs.stripe.com/api/metadata: up to 50 keys, key names up to 40 characters, values up to 500. */
const MAX_KEYS = 50;
const MAX_KEY_LENGTH = 40;
const MAX_VALUE_LENGTH = 500;

/** An empty value deletes its key, and `metadata=` by itself deletes them all. */
export function findMetadataChange(form: Form): MetadataChange | undefined {
  const value = form.get('metadata');
  if (value === undefined) return undefined;
  if (value === '') return 'clear';
  if (typeof value === 'string') throw invalidParameter('metadata', 'Invalid hash');
  return new Map([...value].map(([key, text]) => [key, changeOf(key, text)]));
}

function changeOf(key: string, text: FormValue): string | null {
  const keyLength = [...key].length;
  if (keyLength > MAX_KEY_LENGTH) {
    throw refused(
      `Metadata keys can have up to ${MAX_KEY_LENGTH} characters, but you passed in a key that is ${keyLength} characters. Invalid key: ${key}`,
    );
  }
  if (typeof text !== 'string') {
    throw refused(`Metadata values must be strings, but for key ${key} you passed in a value of type hash.`);
  }
  const { length } = [...text];
  if (length > MAX_VALUE_LENGTH) {
    throw refused(
      `Metadata values can have up to ${MAX_VALUE_LENGTH} characters, but you passed in a value that is ${length} characters. Invalid value: ${text}`,
    );
  }
  return text === '' ? null : text;
}

/** Merges key by key: keys that the request does not name stay. Throws when more than 50 would be left. */
export function mergeMetadata(before: Metadata, change: MetadataChange | undefined): Metadata {
  if (change === undefined) return before;
  if (change === 'clear') return {};
  const merged = new Map(Object.entries(before));
  for (const [key, value] of change) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > MAX_KEYS) {
    throw refused(`You can have up to ${MAX_KEYS} metadata keys, but this object would have ${merged.size}.`);
  }
  return Object.fromEntries(merged);
}

function refused(message: string) {
  return invalidParameter('metadata', message);
}
