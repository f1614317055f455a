import {
  BLANKS,
  drawNotUtf8,
  drawValid,
  NOW_SECONDS,
  type Random,
  resigned,
  SECRETS,
  sign,
  type Triple,
} from './deliveries.ts';

const flip = (hex: string, at: number) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1);

type Mutate = (base: ReturnType<typeof drawValid>, random: Random) => Partial<Triple>;

/** One step away from a valid delivery; some of the steps leave it valid. */
export const MUTATIONS: Readonly<Record<string, Mutate>> = {
  valid: () => ({}),
  'bit of the body': ({ body }, random) => {
    const changed = Buffer.from(body);
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return { body: changed };
  },
  'body cut or grown': ({ body }, random) => ({
    body: random.pick([
      body.subarray(0, -1),
      body.subarray(1),
      Buffer.concat([body, Buffer.from(random.pick([' ', '\n', '\0']))]),
    ]),
  }),
  'digit of the signature': ({ parts: [time = '', signature = ''] }, random) => ({
    header: `${time},${flip(signature, 3 + random.below(64))}`,
  }),
  'length of the signature': ({ header }, random) => ({
    header: random.pick([header.slice(0, -1), `${header}0`, `${header} `, header.slice(0, -64)]),
  }),
  'letter case of the signature': ({ parts: [time = '', signature = ''] }) => ({
    header: `${time},v1=${signature.slice(3).toUpperCase()}`,
  }),
  'signature not ASCII': ({ parts: [time = '', signature = ''] }, random) => {
    const strange = `v1=${random.pick(['é'.repeat(64), 'é'.repeat(32), `${'a'.repeat(63)}é`, '\ud800'.repeat(64)])}`;
    return {
      header: random.pick([`${time},${strange}`, `${time},${signature},${strange}`, `${time},${strange},${signature}`]),
    };
  },
  'part dropped': ({ parts }, random) => ({ header: random.pick([parts[0], parts[1], '', ',', '=']) ?? '' }),
  'part doubled': ({ parts }, random) => ({ header: [...parts, random.pick(parts)].join(',') }),
  'parts reordered': ({ parts }) => ({ header: parts.toReversed().join(',') }),
  'second time': ({ parts: [time = '', signature = ''] }, random) => {
    const other = `t=${random.pick(['1', '', 'x', '-1', String(NOW_SECONDS - 5)])}`;
    return { header: random.pick([`${other},${time},${signature}`, `${time},${signature},${other}`]) };
  },
  'other schemes': ({ header, parts: [time = '', signature = ''] }, random) => {
    const hex = signature.slice(3);
    const other = random.pick(['v0', 'v2', 'v10', 'V1', 'v1 ', ' v1', 'v', '']);
    return {
      header: random.pick([`${header},${other}=${hex}`, `${other}=${hex},${header}`, `${time},${other}=${hex}`]),
    };
  },
  'several signatures': ({ parts: [time = '', signature = ''], body, secret }, random) => {
    const others = [flip(signature, 10), `v1=${sign(1, body, secret)}`, 'v1=short', signature];
    const all = [random.pick(others), random.pick(others), random.pick(others)];
    all.splice(random.below(4), 0, ...random.pick([[signature], []]));
    return { header: [time, ...all].join(',') };
  },
  'empty signature': ({ header }, random) => ({ header: `${header},${random.pick(['v1=', 'v1', 'v1==', 'v0='])}` }),
  spaces: ({ header, parts: [time = '', signature = ''] }, random) => ({
    header: random.pick([
      ` ${header}`,
      `${time}, ${signature}`,
      `${time} ,${signature}`,
      header.replace('t=', 't= '),
      header.replace('v1=', 'v1= '),
      `${header}\n`,
      header.replace('t=', 't=\t'),
    ]),
  }),
  'equals signs': ({ header, parts: [time = '', signature = ''] }, random) => ({
    header: random.pick([
      `${header}=`,
      `${time}=,${signature}`,
      `${header}=${signature}`,
      header.replace('=', '=='),
      header.replace('v1=', 'v1=='),
      `=${header}`,
      `${time}=9,${signature}=x`,
    ]),
  }),
  'time as written': (base, random) => {
    const seconds = Math.floor(base.receivedAtMs / 1000);
    const time = random.pick([
      `+${seconds}`,
      `0${seconds}`,
      ` ${seconds}`,
      `${seconds}.9`,
      `${seconds}abc`,
      `${seconds}e9`,
      `0x${seconds.toString(16)}`,
    ]);
    return resigned(base, time, base.body);
  },
  'time beyond reason': (base, random) => {
    const time = random.pick([
      'NaN',
      '',
      'x',
      '-1',
      '-2',
      '0',
      '-0',
      '1e21',
      '9'.repeat(25),
      '9'.repeat(400),
      `-${'9'.repeat(400)}`,
      '9007199254740993',
      'Infinity',
    ]);
    return resigned(base, time, base.body);
  },
  'time of the header other than signed': (base) => resigned(base, String(NOW_SECONDS), base.body, NOW_SECONDS - 1),
  'edge of the tolerance': (base, random) => {
    const time = NOW_SECONDS - random.pick([299, 300, 301, 302]);
    return {
      ...resigned(base, String(time), base.body),
      receivedAtMs: NOW_SECONDS * 1000 + random.pick([-1, 0, 1, 999, 1000, 1001]),
    };
  },
  'byte order mark': (base, random) => {
    const body = Buffer.concat([
      Buffer.from('\ufeff'),
      random.pick([base.body, Buffer.concat([Buffer.from('\ufeff'), base.body])]),
    ]);
    return random.pick([
      { body },
      resigned(base, String(NOW_SECONDS), body),
      { body, header: `t=${NOW_SECONDS},v1=${sign(NOW_SECONDS, body, base.secret)}` },
    ]);
  },
  'not UTF-8, signed over its bytes': ({ secret }, random) => {
    const body = drawNotUtf8(random);
    return { body, header: `t=${NOW_SECONDS},v1=${sign(NOW_SECONDS, body, secret)}` };
  },
  'not UTF-8, signed over its text': (base, random) => resigned(base, String(NOW_SECONDS), drawNotUtf8(random)),
  'empty body': (base, random) =>
    random.pick([{ body: Buffer.alloc(0) }, resigned(base, String(NOW_SECONDS), Buffer.alloc(0))]),
  'not JSON, signed': (base, random) =>
    resigned(
      base,
      String(NOW_SECONDS),
      Buffer.from(random.pick(['{', 'null', '1', '"x"', ' {} ', '[]', 'undefined', '{"a":1,}', '\0'])),
    ),
  'other secret': ({ secret }, random) => ({ secret: random.pick([...SECRETS, `${secret} `, secret.toUpperCase()]) }),
  'blank secret': (base, random) => {
    const secret = random.pick(BLANKS);
    return { ...resigned({ ...base, secret }, String(NOW_SECONDS), base.body), secret };
  },
};

/** One delivery, of a kind drawn at random; every third is simply valid. */
export function drawTriple(random: Random): Triple {
  const base = drawValid(random);
  const kind = random.below(3) === 0 ? 'valid' : random.pick(Object.keys(MUTATIONS));
  const { header, body, secret, receivedAtMs } = { ...base, ...MUTATIONS[kind]?.(base, random) };
  return { kind, header, body, secret, receivedAtMs };
}
