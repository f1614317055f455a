import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { exitCodes, runCommand } from './command.ts';
import { CommandError, FLAG, readOptions } from './options.ts';

/** A script that makes a page of docs/, or a part of one. */
export type Page = {
  readonly name: string;
  readonly path: string;
  readonly says: string;
  /** The page as it has to be, from what it is; by the assembly in `directory`, or by one that is synthesized for it. */
  make(document: string, directory: string | undefined): Promise<string>;
};

/** Writes a page; with `--check` it writes nothing, and fails when the page is out of date. */
export function runPage({ name, path, says, make }: Page): Promise<void> {
  const page = `docs/${basename(path)}`;
  const usage = `${says}

  npm run ${name} -- [--check] [cdk.out]

  --check  writes nothing, and says whether the page is up to date
  --help   prints this

${exitCodes('the page is up to date', 'it is not')}`;
  return runCommand({
    usage,
    leaves: `${page} is as it was.`,
    parse(args) {
      const asked = readOptions(args, { check: FLAG }, 'words');
      return asked === 'help' ? 'help' : { isCheck: asked.values.check === true, directory: asked.words[0] };
    },
    async run({ isCheck, directory }) {
      const document = await readFile(path, 'utf8');
      const current = await make(document, directory);
      if (current === document) return true;
      if (isCheck) console.error(`${page} is out of date. Run \`npm run ${name}\`.`);
      else await writeFile(path, current);
      return !isCheck;
    },
  });
}

/** A document with another table between the two marks of its name. @throws CommandError when they are not there */
export function withTable(document: string, name: string, table: string): string {
  const begin = new RegExp(`<!-- ${name}: written by .* -->`).exec(document)?.[0];
  const end = `<!-- /${name} -->`;
  const [before, rest] = begin === undefined ? [] : document.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new CommandError(`The document has no place for the table ${name}.`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}
