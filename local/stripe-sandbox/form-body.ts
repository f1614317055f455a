import { invalidParameter } from './errors.ts';

/** A parameter as it was sent: a string, or a hash of further ones. A list is a hash with the keys 0, 1, 2. */
export type FormValue = string | Form;
export type Form = ReadonlyMap<string, FormValue>;
type GrowingForm = Map<string, FormValue>;

/** Far deeper than any parameter of Stripe's API. */
const MAX_DEPTH = 6;

/**
 * Reads `a[b][c]=1` as Stripe does (https://docs.stripe.com/api/metadata shows the bracket form). `a[]=1` appends; of a
 * name that is sent twice the last counts.
 */
export function parseForm(text: string): Form {
  const form: GrowingForm = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (path === undefined) throw invalidParameter(name, `Invalid parameter name: ${name}`);
    insert(form, path, value, name);
  }
  return form;
}

function pathOf(name: string): readonly string[] | undefined {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match?.[1] === undefined) return undefined;
  const inner = [...(match[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? '');
  return inner.length > MAX_DEPTH ? undefined : [match[1], ...inner];
}

function insert(form: GrowingForm, path: readonly string[], value: string, name: string): void {
  let level = form;
  for (const [depth, part] of path.entries()) {
    const key = part === '' ? String(level.size) : part;
    if (depth === path.length - 1) {
      level.set(key, value);
      return;
    }
    const next = level.get(key) ?? new Map();
    if (typeof next === 'string') throw invalidParameter(name, `Invalid hash: ${path[0]}`);
    level.set(key, next);
    // Every hash in the tree was made here, so that it may grow.
    level = next as GrowingForm;
  }
}

/** The same text for the same parameters, in whatever order they were sent. */
export function canonicalForm(form: Form): string {
  const sorted = (value: FormValue): unknown =>
    typeof value === 'string'
      ? value
      : [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, sorted(part)]);
  return JSON.stringify(sorted(form));
}
