/** One line of a plot; its points stand in the order of their x. */
export type Line = { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] };

/** Both axes are logarithmic: what grows in proportion is a line that rises by one for one, what is constant is level. */
export type Plot = {
  /** The name of its file, without the ending. */
  readonly file: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
};

const [WIDTH, HEIGHT] = [640, 360];
const FRAME = { left: 64, right: 180, top: 36, bottom: 48 };
const COLOURS = [
  ...['#1f5fbf', '#c2410c', '#15803d', '#7e22ce', '#a16207', '#0e7490', '#be185d', '#4b5563'],
  ...['#000000', '#84cc16', '#f472b6', '#94a3b8'],
];

/** The plot as a picture of its own: it needs no script and no font, and is read on dark pages too. */
export function drawPlot({ title, x, y, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const across = axis(
    points.map(([value]) => value),
    [FRAME.left, WIDTH - FRAME.right],
  );
  const up = axis(
    points.map(([, value]) => value),
    [HEIGHT - FRAME.bottom, FRAME.top],
  );
  const marks = [
    ...across.ticks.map((tick) => {
      const at = across.at(tick).toFixed(1);
      return `${rule(at, FRAME.top, at, HEIGHT - FRAME.bottom)}${text(at, HEIGHT - FRAME.bottom + 18, brief(tick), 'middle')}`;
    }),
    ...up.ticks.map((tick) => {
      const at = up.at(tick);
      return `${rule(FRAME.left, at, WIDTH - FRAME.right, at)}${text(FRAME.left - 8, at + 4, brief(tick), 'end')}`;
    }),
  ];
  const drawn = lines.map(({ name, points: path }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '';
    const places = path.map(([valueX, valueY]) => [across.at(valueX).toFixed(1), up.at(valueY).toFixed(1)] as const);
    const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
    const line = `<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    const top = FRAME.top + 8 + index * 20;
    const key = `<rect x="${WIDTH - FRAME.right + 14}" y="${top - 9}" width="10" height="10" fill="${colour}"/>`;
    return [line, ...dots, key, text(WIDTH - FRAME.right + 30, top, name, 'start')].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(FRAME.left, 20, title, 'start', ' font-weight="bold"'),
    ...marks,
    ...drawn,
    text((FRAME.left + WIDTH - FRAME.right) / 2, HEIGHT - 10, x, 'middle'),
    text(FRAME.left, FRAME.top - 4, y, 'end'),
    '</svg>',
    '',
  ].join('\n');
}

/** Of values that are 0 nothing can be drawn: they stand at the lowest mark. */
function axis(values: readonly number[], [from, to]: readonly [number, number]) {
  const drawable = values.filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.min(...drawable)));
  const highest = Math.max(Math.ceil(Math.log10(Math.max(...drawable))), lowest + 1);
  return {
    ticks: Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index)),
    at: (value: number) =>
      from + ((Math.log10(Math.max(value, 10 ** lowest)) - lowest) / (highest - lowest)) * (to - from),
  };
}

type At = number | string;

const rule = (x1: At, y1: At, x2: At, y2: At) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#d4d4d8"/>`;

const text = (x: At, y: At, words: string, anchor: string, more = '') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#18181b"${more}>${escaped(words)}</text>`;

const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function brief(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value >= 1_000 ? `${value / 1_000} k` : String(value);
}
