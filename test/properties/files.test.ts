import fc from 'fast-check';
import { type CsvRecord, readRecords } from '#adapters/csv/read-records.ts';
import { configOf } from '#infra/config.ts';
import { type ConcordProps, settingsSchema } from '#infra/settings.ts';
import { always, anyJson, anyText, nearly, nearlyObject } from './fuzz.ts';

/** A file that is read in pieces of so many bytes. */
async function recordsOf(file: Uint8Array, pieceLength: number): Promise<CsvRecord[]> {
  async function* pieces() {
    for (let at = 0; at < file.length; at += pieceLength) yield file.subarray(at, at + pieceLength);
  }
  const records: CsvRecord[] = [];
  for await (const record of readRecords(pieces())) records.push(record);
  return records;
}

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
/** What is not UTF-8 is read as U+FFFD, so that this cannot be told from it. */
const fields = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    nearly(fc.constantFrom('a,b', 'Jane "J" Roe', 'two\r\nlines', '')),
  )
  .filter((field) => field.isWellFormed() && !field.includes('\ufffd'));
const rows = fc.array(fc.array(fields, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
const lineEnds = fc.constantFrom('\n', '\r\n');
const pieceLengths = fc.integer({ min: 1, max: 40 });

describe('a CSV file', () => {
  it('is read as it was written, in pieces of any length', async () => {
    await always([rows, lineEnds, pieceLengths, fc.boolean()], async (written, lineEnd, pieceLength, hasMark) => {
      const text = written.map((row) => row.map(quoted).join(',')).join(lineEnd);
      const read = await recordsOf(Buffer.from((hasMark ? '\ufeff' : '') + text), pieceLength);
      expect(read.map((record) => ('fields' in record ? record.fields : record.problem))).toEqual(written);
    });
  });

  it('is refused from the line on whose quote is never closed', async () => {
    await always([rows, lineEnds, pieceLengths], async (written, lineEnd, pieceLength) => {
      const before = written.map((row) => row.map(quoted).join(',') + lineEnd).join('');
      const read = await recordsOf(Buffer.from(`${before}"never closed${lineEnd}a,b`), pieceLength);
      const line = 1 + (before.match(/\r\n|\r|\n/g)?.length ?? 0);
      expect(read.slice(written.length)).toMatchObject([{ line, problem: expect.stringContaining('not closed') }]);
    });
  });

  it('of whatever bytes is read to its end, each record once and in order', async () => {
    const files = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      nearly(rows.map((written) => written.map((row) => row.map(quoted).join()).join('\n'))).map((text) =>
        Buffer.from(text),
      ),
      anyText.map((text) => Buffer.from(text)),
    );
    await always([files, pieceLengths], async (file, pieceLength) => {
      const records = await recordsOf(file, pieceLength);
      const lines = records.map(({ line }) => line);
      expect(lines).toEqual(lines.toSorted((a, b) => a - b));
      expect(await recordsOf(file, 1_000)).toEqual(records);
    });
  });
});

describe('the settings', () => {
  const known = fc.constantFrom(...Object.keys(settingsSchema.shape));
  const values = fc.oneof(
    anyJson,
    anyText,
    nearly(fc.constantFrom('dev', '10', 'live', 'https://issuer.example/', 'own')),
  );

  it('are used, or are refused by their names', async () => {
    const given = fc.oneof(fc.dictionary(known, values, { maxKeys: 5 }), nearlyObject(fc.constant({ stage: 'dev' })));
    await always([given], (settings) => {
      try {
        const { stage, requestsPerSecond } = configOf(settings as ConcordProps);
        expect([/^[a-z][a-z0-9-]{0,15}$/.test(stage), Number.isSafeInteger(requestsPerSecond)]).toEqual([true, true]);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(Setting ".+" must( not)? be|There is no setting )/);
      }
    });
  });
});
