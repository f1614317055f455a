import { readRecords } from '#adapters/csv/read-records.ts';
import { linkSchema, newCustomerSchema, parseWith } from '#adapters/http/schemas.ts';
import { ProblemError } from '#domain/problem.ts';
import type { ReadRow } from '#use-cases/import/import-rows.ts';

const COLUMNS = ['name', 'email', 'external_id'];

/** The file's first line is not what an import can go by. Nothing was written. */
export class CsvHeaderError extends Error {
  override readonly name = 'CsvHeaderError';
}

/**
 * The rows of a CSV file whose first line names the columns `name`, `email` and, if wanted, `external_id`, in any order.
 * A row is judged as the body of `POST /customers` is. `onRead` is told how many bytes were read.
 * @throws CsvHeaderError
 */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<ReadRow> {
  let header: readonly string[] | undefined;
  for await (const record of readRecords(bytes)) {
    onRead(record.bytes);
    if (header === undefined) header = headerOf('fields' in record ? record.fields : []);
    else if ('problem' in record) yield { line: record.line, problem: record.problem };
    else yield rowOf(header, record);
  }
  if (header === undefined) headerOf([]);
}

function headerOf(fields: readonly string[]): readonly string[] {
  const names = fields.map((field) => field.trim().toLowerCase());
  const isFit =
    names.includes('name') &&
    names.includes('email') &&
    new Set(names).size === names.length &&
    names.every((name) => COLUMNS.includes(name));
  if (isFit) return names;
  const found = names.length === 0 ? 'nothing' : `"${names.join(',').slice(0, 100)}"`;
  throw new CsvHeaderError(`The first line must be name,email or name,email,external_id (in UTF-8); it is ${found}.`);
}

function rowOf(header: readonly string[], { line, fields }: { line: number; fields: readonly string[] }): ReadRow {
  if (fields.length !== header.length) {
    return { line, problem: `has ${fields.length} fields, where the first line has ${header.length}` };
  }
  const { external_id: given = '', ...rest } = Object.fromEntries(header.map((name, index) => [name, fields[index]]));
  try {
    const { name, email } = parseWith(newCustomerSchema, rest);
    const externalId = given.trim();
    if (externalId === '') return { line, name, email };
    return { line, name, email, externalId: parseWith(linkSchema, { external_id: externalId }).external_id };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const places = error.problem.errors?.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`);
    return { line, problem: places?.join(', ') ?? error.problem.detail };
  }
}
