import type { Finding, Played, Scene } from './scene.ts';

const WIDTH = 100;
const INDENT = '   ';
const LABEL_WIDTH = 14;

export type Output = { readonly isTTY?: boolean; write(text: string): unknown };

/** Tells a person what is played and what is found, in colours on a terminal only. */
export function createNarrator(output: Output) {
  const paint = (code: number) => (text: string) =>
    output.isTTY === true && !process.env['NO_COLOR'] ? `\x1b[${code}m${text}\x1b[0m` : text;
  const [bold, dim, green, red] = [paint(1), paint(2), paint(32), paint(31)] as const;
  const line = (text = '') => output.write(`${text}\n`);
  const labelled = (label: string, text: string) => {
    const [first = '', ...rest] = wrap(text, WIDTH - INDENT.length - LABEL_WIDTH);
    line(`${INDENT}${dim(label.padEnd(LABEL_WIDTH))}${first}`);
    for (const more of rest) line(`${INDENT}${''.padEnd(LABEL_WIDTH)}${more}`);
  };
  return {
    say: line,
    begin(n: number, { title, happens, elsewhere }: Scene): void {
      line();
      line(`${n}  ${bold(title)}`);
      labelled('What happens', happens);
      labelled('Elsewhere', elsewhere);
    },
    find({ promise, is, mustBe }: Finding): void {
      const mark = mustBe === undefined ? green('kept') : red('BROKEN');
      line(`${INDENT}${mark}  ${promise}: ${JSON.stringify(is) ?? 'nothing'}`);
      if (mustBe !== undefined) line(`${INDENT}        must be ${JSON.stringify(mustBe)}`);
    },
    end(played: readonly Played[], seconds: number): void {
      const kept = played.filter((scene) => scene.kept).length;
      const paintKept = kept === played.length ? green : red;
      line();
      line(paintKept(`${kept} of ${played.length} promises kept, in ${seconds.toFixed(1)} s.`));
    },
  };
}

/** Breaks at spaces. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
