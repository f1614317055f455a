import { type CsvError, type Info, parse } from 'csv-parse';

/** A record of a CSV file: where it begins, its fields, and how many bytes of the file were read by then. */
export type CsvRecord = {
  readonly line: number;
  readonly bytes: number;
} & ({ readonly fields: readonly string[] } | { readonly problem: string });

type Parsed = { readonly record: readonly string[]; readonly raw: string; readonly info: Info };

/**
 * The records of a CSV file (RFC 4180): commas, quotes, line ends of any kind, and a byte order mark or none. One that is
 * not well formed is told as a problem and keeps no other from being read, but for a quote that is never closed: it
 * swallows the rest of the file, as it must.
 */
export async function* readRecords(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  let unread: string | undefined;
  let lastLine = 0;
  // It counts a line end inside quotes of two characters twice.
  let countedTwice = 0;
  const parser = parse({
    ...{ bom: true, info: true, raw: true, skip_empty_lines: true },
    // These three would end the reading, or lose the records that follow; the fields are judged below.
    ...{ relax_column_count: true, relax_quotes: true, skip_records_with_error: true },
    max_record_size: 100_000,
    on_skip: (error?: CsvError) => {
      const isUnclosed = error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE';
      unread ??= isUnclosed ? 'has a quote that is not closed; what follows it was not read' : 'is not CSV';
      return undefined;
    },
  });
  const fed = feed(parser, bytes);
  for await (const { record, raw: ended, info } of parser as AsyncIterable<Parsed>) {
    const raw = ended.replace(/^[\r\n]+|[\r\n]+$/g, '');
    countedTwice += raw.match(/\r\n/g)?.length ?? 0;
    lastLine = info.lines - countedTwice;
    const line = lastLine - (raw.match(/\r\n|\r|\n/g)?.length ?? 0);
    const problem = problemOf(record, raw);
    yield { line, bytes: info.bytes, ...(problem === undefined ? { fields: record } : { problem }) };
  }
  await fed;
  // Only now is it known where: the parser is ahead of what has been read from it.
  if (unread !== undefined) yield { line: lastLine + 1, bytes: 0, problem: unread };
}

/** Writes the file into the parser; an error of either ends both. */
async function feed(parser: ReturnType<typeof parse>, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

function problemOf(record: readonly string[], raw: string): string | undefined {
  if (record.some((field) => field.includes('\uFFFD'))) return 'is not UTF-8';
  return isWellQuoted(record, raw) ? undefined : 'has a quote in the wrong place';
}

/** Each field stands there as it is, without quotes, or between quotes with those within it doubled. */
function isWellQuoted(record: readonly string[], raw: string): boolean {
  let at = 0;
  return record.every((field) => {
    const quoted = `"${field.replaceAll('"', '""')}"`;
    if (raw.startsWith(quoted, at)) at += quoted.length + 1;
    else if (!field.includes('"') && raw.startsWith(field, at)) at += field.length + 1;
    else return false;
    return true;
  });
}
