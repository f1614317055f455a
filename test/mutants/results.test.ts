import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openResults } from './results.ts';
import type { Mutant } from './sources.ts';

const all = { file: 'lib/a.ts', line: 1, column: 4, kind: 'ConditionalExpression', fileHash: 'f' };
const whole: Mutant = { ...all, id: '1', original: 'a || b', replacement: 'false' };
const part: Mutant = { ...all, id: '2', original: 'a', replacement: 'false' };
const other: Mutant = { ...all, id: '3', original: 'a', replacement: 'true' };

describe('what is known of mutants', () => {
  it('is kept for each, also for those that begin at one place and become the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
    const path = join(folder, 'results.jsonl');
    const results = openResults(path, [whole, part, other]);
    results.note('1', 'killed', 'a test');
    results.note('2', 'survived');
    results.note('3', 'late');
    // A later run gives other ids.
    const later = [whole, part, other].map((mutant) => ({ ...mutant, id: `${mutant.id}0` }));
    const known = openResults(path, later);
    expect(later.map((mutant) => known.of(mutant))).toEqual([
      { is: 'killed', by: 'a test' },
      { is: 'survived' },
      { is: 'late' },
    ]);
    rmSync(folder, { recursive: true });
  });
});
