import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** Why there is no result, in a sentence for whoever asked: wrong usage, or something that is needed is not there. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The two forms of options; a command names each of its own as one of them. */
export const TEXT = { type: 'string' } as const;
export const FLAG = { type: 'boolean' } as const;

const HELP = { help: { ...FLAG, short: 'h' } } as const;

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values'];

/**
 * Reads a command line by these options, and words without a name where they are taken. `help` when that is asked for,
 * whatever else is. @throws CommandError
 */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  takes: 'options' | 'words' = 'options',
): { readonly values: Values<Options>; readonly words: readonly string[] } | 'help' {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return 'help';
  const { tokens } = parseArgs({ args: [...args], options: { ...options, ...HELP }, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional' && takes === 'options') throw noOption(token.value);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) throw noOption(token.rawName);
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw new CommandError(`${token.rawName} takes no value.`);
    } else if (!token.value || (token.inlineValue === false && token.value.startsWith('--')))
      throw new CommandError(`${token.rawName} needs a value.`);
  }
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  return { values, words: positionals };
}

function noOption(name: string): CommandError {
  return new CommandError(`There is no option ${name}. --help lists them.`);
}

type Bounds = { readonly least: number; readonly most: number; readonly isWhole?: boolean };

/** The number that an option was given, `undefined` when it was not. @throws CommandError */
export function numberOf(name: string, text: string, bounds: Bounds): number;
export function numberOf(name: string, text: string | undefined, bounds: Bounds): number | undefined;
export function numberOf(name: string, text: string | undefined, { least, most, isWhole = true }: Bounds) {
  if (text === undefined) return undefined;
  const number = Number(text);
  const isWritten = (isWhole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d+)?$/).test(text);
  if (isWritten && number >= least && number <= most) return number;
  throw new CommandError(`${name} needs a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}.`);
}

/** The first of the five neighbouring ports that a stack listens on. @throws CommandError */
export function portOf(text: string | undefined): number | undefined {
  return numberOf('--port', text, { least: 1, most: 65_531 });
}
