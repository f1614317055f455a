import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { Instrumenter } from '@stryker-mutator/instrumenter';

/** One small change of the source. Its id is of one run only. */
export type Mutant = {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  /** Of the whole file, which it is only known with. */
  readonly fileHash: string;
  /** What stands there, and what would stand there instead. */
  readonly original: string;
  readonly replacement: string;
};

export type Mutated = { readonly mutants: readonly Mutant[]; readonly sources: ReadonlyMap<string, string> };

/** As much of Babel's nodes as is looked at. */
type Node = {
  readonly type: string;
  readonly value?: string;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  readonly callee?: { readonly object?: { readonly name?: string; readonly property?: { readonly name?: string } } };
};

const FOLDERS = ['lib/domain', 'lib/use-cases', 'lib/adapters/dynamodb'];
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, fatal: () => {}, trace: () => {} };

/**
 * Every mutant that StrykerJS knows of these folders' files, all compiled into the sources behind a switch,
 * `stryMutAct_9fa48(id)`; `stryCov_9fa48(...ids)` tells which are passed.
 */
export async function mutate(): Promise<Mutated> {
  const files = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`))
    .toSorted()
    .map((name) => ({ name, mutate: true as const, content: readFileSync(name, 'utf8') }));
  const shouldIgnore = (path: object) => (isForReaders((path as { node: Node }).node) ? 'for readers' : undefined);
  const logger = { ...SILENT, isDebugEnabled: () => false } as never;
  const { mutants, files: written } = await new Instrumenter(logger).instrument(files, {
    plugins: null,
    excludedMutations: [],
    ignorers: [{ shouldIgnore }],
    noHeader: true,
  });
  const texts = new Map(files.map(({ name, content }) => [name, content]));
  return {
    sources: new Map(written.map(({ name, content }) => [name, content])),
    mutants: mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ id, fileName, location, mutatorName, replacement }) => ({
        ...{ id, file: fileName, line: location.start.line + 1, column: location.start.column, kind: mutatorName },
        ...{ replacement, fileHash: hashOf(texts.get(fileName) ?? '') },
        original: cut(texts.get(fileName) ?? '', location),
      })),
  };
}

/** What only people read, and no promise depends on: sentences, and whatever is handed to the log. */
function isForReaders({ type, value, quasis, callee }: Node): boolean {
  if (type === 'StringLiteral') return isSentence(value ?? '');
  if (type === 'TemplateLiteral') return isSentence((quasis ?? []).map((each) => each.value.raw).join('x'));
  const of = callee?.object?.property ?? callee?.object;
  return type === 'CallExpression' && of?.name === 'log';
}

/** Three words in a row; DynamoDB's expressions have signs among them. */
function isSentence(text: string): boolean {
  return /\b[a-z]+ [a-z]+ [a-z]+\b/i.test(text) && !/ (=|<=|>=|AND) /.test(text);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

type Place = { readonly line: number; readonly column: number };

function cut(text: string, { start, end }: { readonly start: Place; readonly end: Place }): string {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined).trim())
    .join(' ');
}
