/** Reads typed parameters. Each reader throws Stripe's 400 for a value that is not of its type. */
import { invalidParameter } from './errors.ts';
import type { Form } from './form-body.ts';

/** Throws Stripe's `parameter_unknown` for the first parameter that is not among `known`. `expand` is known everywhere. */
export function assertKnownParameters(form: Form, known: readonly string[]): void {
  for (const [name, value] of form) {
    if (name === 'expand' || known.includes(name)) continue;
    const first = typeof value === 'string' ? name : `${name}[${[...value.keys()][0] ?? ''}]`;
    throw invalidParameter(first, `Received unknown parameter: ${first}`, 'parameter_unknown');
  }
}

export function findString(form: Form, name: string, maxLength = 5_000): string | undefined {
  const value = form.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidParameter(name, `Invalid string: ${JSON.stringify([...value])}`);
  const { length } = [...value];
  if (length > maxLength) {
    const shown = `${value.slice(0, 6)}...${value.slice(-6)}`;
    throw invalidParameter(name, `Invalid string: ${shown}; must be at most ${maxLength} characters`);
  }
  return value;
}

/** A string that an empty value unsets to null. */
export function findUnsettableString(form: Form, name: string, maxLength?: number): string | null | undefined {
  const value = findString(form, name, maxLength);
  return value === '' ? null : value;
}

/** A string that must be there and cannot be unset. */
export function getString(form: Form, name: string): string {
  const value = findString(form, name);
  if (value === undefined) throw invalidParameter(name, `Missing required param: ${name}.`, 'parameter_missing');
  return nonEmpty(value, name);
}

function nonEmpty(value: string, name: string): string {
  if (value !== '') return value;
  throw invalidParameter(
    name,
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
    'parameter_invalid_empty',
  );
}

export function findInteger(form: Form, name: string, shownName = name): number | undefined {
  const value = findString(form, name);
  if (value === undefined) return undefined;
  if (/^-?\d{1,15}$/.test(nonEmpty(value, shownName))) return Number(value);
  throw invalidParameter(shownName, `Invalid integer: ${value}`, 'parameter_invalid_integer');
}

export function findBoolean(form: Form, name: string): boolean | undefined {
  const value = findString(form, name);
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidParameter(name, `Invalid boolean: ${value}`);
}

export function findStrings(form: Form, name: string): readonly string[] {
  const value = form.get(name);
  if (value === undefined) return [];
  if (typeof value === 'string') throw invalidParameter(name, 'Invalid array');
  return [...value.keys()].map((key) => nonEmpty(findString(value, key) ?? '', `${name}[${key}]`));
}

/** Reads a filter on a time in whole seconds: `created=1` or `created[gte]=1&created[lt]=2`. */
export function findTimeFilter(form: Form, name: string): (seconds: number) => boolean {
  const value = form.get(name);
  if (value === undefined) return () => true;
  if (typeof value === 'string') {
    const exact = findInteger(form, name);
    return (seconds) => seconds === exact;
  }
  const bound = (key: string, otherwise: number) => findInteger(value, key, `${name}[${key}]`) ?? otherwise;
  for (const key of value.keys()) {
    if (['gt', 'gte', 'lt', 'lte'].includes(key)) continue;
    throw invalidParameter(`${name}[${key}]`, `Received unknown parameter: ${name}[${key}]`, 'parameter_unknown');
  }
  const [gt, gte] = [bound('gt', -Infinity), bound('gte', -Infinity)];
  const [lt, lte] = [bound('lt', Infinity), bound('lte', Infinity)];
  return (seconds) => seconds > gt && seconds >= gte && seconds < lt && seconds <= lte;
}

/** The properties to expand; one that is not modelled is refused, because a null in its place would mislead. */
export function findExpansions(form: Form, expandable: readonly string[]): ReadonlySet<string> {
  const wanted = findStrings(form, 'expand');
  for (const property of wanted) {
    if (!expandable.includes(property)) {
      throw invalidParameter('expand', `This property cannot be expanded (${property}).`);
    }
  }
  return new Set(wanted);
}
