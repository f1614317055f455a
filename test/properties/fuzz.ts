import fc from 'fast-check';

/** So many inputs for each property; `npm run fuzz` tries more, and other ones each time. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200);
const SEED = process.env['FUZZ_RUNS'] === undefined ? { seed: 20_261_123 } : {};

/** Says that a property holds of every input; one of which it does not is told as small as it gets, with its seed. */
export async function always<Inputs extends [unknown, ...unknown[]]>(
  inputs: { [Index in keyof Inputs]: fc.Arbitrary<Inputs[Index]> },
  holds: (...input: Inputs) => void | Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(...inputs, async (...input: Inputs) => holds(...input)),
    { numRuns: RUNS, ...SEED },
  );
}

/** What parsers stumble over. */
const ODD = fc.oneof(
  fc.constantFrom('"', '""', "'", ',', ';', ':', '=', '\\', '/', '*', 'W/', '%', '+', '-1', '1e999', '.', '@'),
  fc.constantFrom(' ', '\t', '\0', '\r', '\n', '\r\n', '\ufeff', '\ufffd', '\ud800', '\u202e', 'e\u0301', '🐞'),
  fc.constantFrom('null', 'true', '{}', '[]', '{', ']', '__proto__', 'constructor', 'toString', 'v1', 't='),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

/** A text that is the given one but for a few places, in which something is missing, doubled or odd. */
export function nearly(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(), without: fc.nat(3), odd: fc.oneof(fc.constant(''), ODD) });
  return fc.tuple(text, fc.array(edit, { maxLength: 4 })).map(([whole, edits]) =>
    edits.reduce((edited, { at, without, odd }) => {
      const place = at % (edited.length + 1);
      return edited.slice(0, place) + odd + edited.slice(place + without);
    }, whole),
  );
}

/** Any text, odd ones more often than not. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.array(ODD, { maxLength: 12 }).map((pieces) => pieces.join('')),
);

/** Any value that JSON has. */
export const anyJson = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<unknown>;

/** An object of which some fields are others, missing, or new. */
export function nearlyObject(fields: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.nat(), fc.oneof(anyJson, anyText, fc.constant(undefined)));
  return fc
    .tuple(fields, fc.array(change, { maxLength: 3 }), fc.dictionary(anyText, anyJson, { maxKeys: 1 }))
    .map(([whole, changes, more]) => {
      const changed = changes.map(([at, value]) => [Object.keys(whole)[at % Object.keys(whole).length] ?? '', value]);
      return JSON.parse(JSON.stringify({ ...whole, ...more, ...Object.fromEntries(changed) }));
    });
}
