import { readFileSync } from 'node:fs';
import { withSection } from '../../bin/bench/document.ts';
import { parseBenchCommand } from '../../bin/bench/options.ts';
import { drawPlot } from '../../bin/bench/plot.ts';
import { percentile } from '../../bin/bench/statistics.ts';
import { CommandError } from '../../bin/command-line/options.ts';

const PARTS = ['counts', 'load', 'cold', 'contention', 'growth', 'runner'];

describe('the bench', () => {
  it('runs all parts unless some are named, and no other', () => {
    expect(parseBenchCommand([], PARTS)).toMatchObject({ parts: PARTS, isWritten: false, requests: 100 });
    expect(parseBenchCommand(['load', '--write'], PARTS)).toMatchObject({ parts: ['load'], isWritten: true });
    expect(() => parseBenchCommand(['speed'], PARTS)).toThrow(CommandError);
    expect(() => parseBenchCommand(['--requests', 'many'], PARTS)).toThrow(CommandError);
  });

  it('has a place for each part in its document, and puts a part there and nowhere else', () => {
    const document = readFileSync('docs/benchmarks.md', 'utf8');
    for (const part of PARTS) {
      const once = withSection(document, part, 'figures');
      expect(withSection(once, part, 'figures')).toBe(once);
      expect(once.split('\n').filter((line) => line === 'figures')).toHaveLength(1);
    }
    expect(() => withSection(document, 'speed', 'figures')).toThrow('no place for speed');
  });

  it('draws what grows in proportion as a straight line, and what stays as a level one', () => {
    const sizes = [1_000, 10_000, 100_000];
    const lines = [
      { name: 'linear <', points: sizes.map((size) => [size, size / 100] as const) },
      { name: 'constant', points: sizes.map((size) => [size, 18] as const) },
    ];
    const picture = drawPlot({ file: 'growth', title: 'Calls & customers', x: 'customers', y: 'calls', lines });
    const [linear = [], constant = []] = [...picture.matchAll(/polyline points="([^"]*)"/g)].map(([, points = '']) =>
      points.split(' ').map((point) => point.split(',').map(Number)),
    );
    const steps = linear
      .slice(1)
      .map(([x = 0, y = 0], index) => [x - (linear[index]?.[0] ?? 0), y - (linear[index]?.[1] ?? 0)]);
    expect(steps[0]).toEqual([expect.closeTo(steps[1]?.[0] ?? 0, 0), expect.closeTo(steps[1]?.[1] ?? 0, 0)]);
    expect(new Set(constant.map(([, y]) => y)).size).toBe(1);
    expect(picture).toContain('linear &lt;');
  });

  it('takes the value below which a part of the values is', () => {
    expect([percentile([3, 1, 2], 0.5), percentile([5], 0.99), percentile([], 0.5)]).toEqual([2, 5, 0]);
  });
});
