import { existsSync } from 'node:fs';

/** A long search that Jest runs: what it searches, its options, and the environment that tells the tests. */
export type Search = {
  readonly says: string;
  /** How long, on two idle cores. */
  readonly takes: string;
  /** What Jest is given. */
  readonly tests: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly options?: readonly SearchOption[];
};

type SearchOption = {
  readonly option: string;
  /** How its value is written in the usage. */
  readonly value: string;
  readonly says: string;
  /** By which the tests know it. */
  readonly variable: string;
  readonly preset?: string;
  readonly pattern: RegExp;
  /** Whether there is such a one, of those that are written so. */
  readonly isThere?: (value: string) => boolean;
};

const NUMBER = /^\d+$/;
const NUMBER_OR_ALL = /^(\d+|all)$/;

const STORY: SearchOption = {
  ...{ option: 'story', value: 'WORDS', says: 'tells those with this in their names only', variable: 'STORY' },
  pattern: /./,
};
const SHARD: SearchOption = {
  ...{
    option: 'shard',
    value: '2/3',
    says: 'tells about a third of the cases; three processes with a shard each tell all',
    variable: 'SHARD',
  },
  pattern: /^\d+\/\d+$/,
  isThere(value) {
    const [nth = 0, of = 0] = value.split('/').map(Number);
    return nth >= 1 && nth <= of;
  },
};
const CHROMIUM: SearchOption = {
  ...{ option: 'chromium', value: 'PATH', says: 'this Chrome or Chromium', variable: 'CHROMIUM' },
  ...{ pattern: /./, isThere: existsSync },
};
const SEED: SearchOption = {
  ...{ option: 'seed', value: 'N', says: 'draws others (1)', variable: 'SEED' },
  pattern: NUMBER,
};

/** By the name of its script in package.json. */
export const SEARCHES: Readonly<Record<string, Search>> = {
  faults: {
    says: `Strikes every outgoing call of every operation, of every change that comes from Stripe, and of imports, repairs
and schedules, with every fault, and holds each up for longer than its lease: nothing may be left half done.`,
    takes: 'about two hours',
    tests: ['test/faults/boundaries'],
    environment: { ALL_FAULTS: 'true' },
    options: [STORY, SHARD],
  },
  'faults:controls': {
    says: `Tells stories with every fault where a guard is missing that only a call held past its lease, or only a second
fault, shows: they must end badly by that, and well by all others.`,
    takes: 'about ten minutes',
    tests: ['--testMatch', '**/test/faults/boundaries.controls.ts'],
  },
  'faults:pairs': {
    says: 'Strikes those, too, who mend what a first fault has left: pairs of faults, drawn by a seed.',
    takes: 'some hours, and every pair days',
    tests: ['test/faults/pairs'],
    options: [
      {
        ...{
          option: 'firsts',
          value: 'N',
          says: 'so many first faults of each story, or all (20)',
          variable: 'FIRSTS',
        },
        ...{ preset: '20', pattern: NUMBER_OR_ALL },
      },
      {
        ...{ option: 'next', value: 'N', says: 'so many second ones after each, or all (10)', variable: 'NEXT' },
        ...{ preset: '10', pattern: NUMBER_OR_ALL },
      },
      STORY,
      SEED,
    ],
  },
  orders: {
    says: 'Delivers five events of Stripe twice each, in every order there is: both sides must end equal.',
    takes: 'up to two hours',
    tests: ['test/two-way/orders'],
    environment: { ALL_ORDERS: 'true' },
  },
  histories: {
    says: 'Tells every history of one field, up to a length, and holds it against an oracle that knows no code.',
    takes: 'about a minute for 8 steps, and twice as long for each one more',
    tests: ['test/two-way/histories'],
    options: [
      {
        ...{
          option: 'length',
          value: 'N',
          says: 'so many steps (8)',
          variable: 'LENGTH',
          preset: '8',
          pattern: NUMBER,
        },
      },
    ],
  },
  models: {
    says: 'Visits every state of small worlds in which the deployed use cases meet faults and time.',
    takes: 'about four minutes, and up to 8 GB of memory',
    tests: ['test/models/models'],
    environment: { ALL_MODELS: 'true', NODE_OPTIONS: '--max-old-space-size=8192' },
  },
  fuzz: {
    says: 'Gives whatever parses what nobody would send: it is read as it was written, or refused as documented.',
    takes: 'half an hour',
    tests: ['test/properties'],
    options: [
      {
        ...{ option: 'runs', value: 'N', says: 'so many of each kind (100000)', variable: 'FUZZ_RUNS' },
        ...{ preset: '100000', pattern: NUMBER },
      },
    ],
  },
  'test:console': {
    says: 'Tries the console in a Chromium, against a stack of its own. Says how to get one when there is none.',
    takes: 'two minutes',
    tests: ['--testMatch', '**/test/console/console.browser.ts'],
    options: [CHROMIUM],
  },
  screenshots: {
    says: 'Takes the pictures of the console that stand in the README.',
    takes: 'a minute',
    tests: ['--testMatch', '**/test/console/screenshots.browser.ts'],
    options: [
      {
        ...{ option: 'into', value: 'DIR', says: 'all pictures, into this folder (four into docs/images)' },
        ...{ variable: 'SHOTS', pattern: /./ },
      },
      CHROMIUM,
    ],
  },
};
