import { type Stack, startStack } from '../stack/stack.ts';
import {
  type Boundary,
  FAULTS,
  type FaultKind,
  findBoundaries,
  STORIES,
  type Story,
  tellWithFault,
} from './boundaries.ts';

type Case = { readonly story: Story; readonly boundary: Boundary; readonly kind: FaultKind };

/**
 * `npm run faults` tells every story with every fault at every boundary; the suite tells a sample, spread evenly.
 * `STORY=protected` tells only those with this in their names.
 */
const SAMPLE = process.env['ALL_FAULTS'] === 'true' ? Number.POSITIVE_INFINITY : 24;

const TOLD = STORIES.filter(({ name }) => name.includes(process.env['STORY'] ?? ''));

describe('a fault at a boundary', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it(
    'leaves nothing half done, wherever it strikes',
    async () => {
      const cases: Case[] = [];
      for (const [index, story] of TOLD.entries()) {
        const boundaries = await findBoundaries(stack, story, `clean-${index}`);
        expect(boundaries.length).toBeGreaterThan(3);
        cases.push(...boundaries.flatMap((boundary) => FAULTS.map((kind) => ({ story, boundary, kind }))));
      }
      const step = Math.max(1, cases.length / SAMPLE);
      const told = cases.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
      const wrong: string[] = [];
      for (const [index, { story, boundary, kind }] of told.entries()) {
        const found = await tellWithFault(stack, story, { boundary, kind, n: `case-${index}` }).catch(
          (error: Error) => [error.message],
        );
        if ((index + 1) % 50 === 0) process.stderr.write(`${index + 1} of ${told.length} cases told\n`);
        if (found.length === 0) continue;
        const { function: name, service, action, nth } = boundary;
        wrong.push(`${story.name}, ${kind} at ${name} ${service} ${action} (${nth}): ${found.join(' ')}`);
        // What is left over would be found again after each later case.
        await stack.stop();
        stack = await startStack();
      }
      const count = `${cases.length} cases at ${cases.length / FAULTS.length} boundaries, ${told.length} told, ${wrong.length} ended badly`;
      process.stderr.write(`${count}\n`);
      expect(wrong).toEqual([]);
    },
    SAMPLE === Number.POSITIVE_INFINITY ? 3_600_000 : 400_000,
  );
});
