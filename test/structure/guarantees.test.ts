import { readFileSync } from 'node:fs';
import { PLANTED_BUGS } from '../simulation/planted-bugs.ts';

/** What is promised to callers and operators. */
const PROMISES = [
  ...['one-email', 'one-twin', 'one-effect', 'both-or-neither', 'ends', 'overtaken', 'no-lost-intent'],
  ...['no-lost-update', 'emails-free', 'edits-come-over', 'both-edits-survive', 'losers-audited', 'own-echo'],
  ...['deletes-follow', 'never-by-email', 'counts-true', 'one-at-a-time', 'runs-go-on', 'who-asked', 'one-caller'],
  ...['signed-only', 'poison-aside', 'no-cancelling', 'repairs-safely', 'only-leftovers', 'imported-once'],
];

const ROW = /^\| \*\*([\w-]+)\*\*.* \| `([\w/.-]+)`: `(.+)` \| `([\w/.-]+)`: (.+) \|$/;
const rows = readFileSync('docs/guarantees.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| **'))
  .map((line) => {
    const [, promise = '', file = '', code = '', test = '', title = ''] = ROW.exec(line) ?? [];
    if (promise === '') throw new Error(`This row cannot be read: ${line}`);
    return { promise, file, code, test, title };
  });

describe('docs/guarantees.md', () => {
  it('has a row for each promise, and for none besides', () => {
    expect([...new Set(rows.map(({ promise }) => promise))]).toEqual(PROMISES);
  });

  it.each(rows)('names code and a test that are there: $promise, $title', ({ file, code, test, title }) => {
    expect([file, readFileSync(file, 'utf8').includes(code)]).toEqual([file, true]);
    expect([test, readFileSync(test, 'utf8').includes(title)]).toEqual([test, true]);
  });

  it('knows the promises that the simulation sees broken', () => {
    expect(PROMISES).toEqual(expect.arrayContaining(PLANTED_BUGS.map(({ breaks }) => breaks)));
  });
});
