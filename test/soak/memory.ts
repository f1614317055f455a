import type { Stack } from '../stack/stack.ts';

/** Bytes by what takes them: the runner's process, its own objects, and those of each function's largest environment. */
export type Memory = Readonly<Record<string, number>>;

/** May be more at the end than at the beginning by this factor, and by so much, before it counts as growing. */
const [MOST_GROWTH, SLACK_BYTES] = [1.25, 16 * 1024 * 1024];

export async function readMemory(stack: Stack): Promise<Memory> {
  const report = (await stack.control$('GET', '/memory')) as unknown as {
    rss_bytes: number;
    heap_bytes: number;
    functions: { function: string; heap_bytes: number[] }[];
  };
  const functions = report.functions
    .map(({ function: name, heap_bytes: heaps }) => [name, Math.max(0, ...heaps)] as const)
    // One that has just started, or ended, says nothing.
    .filter(([, bytes]) => bytes > 0);
  return { process: report.rss_bytes, runner: report.heap_bytes, ...Object.fromEntries(functions) };
}

export type Growth = {
  readonly of: string;
  readonly first: number;
  readonly last: number;
  readonly isGrowing: boolean;
};

/**
 * Compares the first third of the samples with the last. Of objects the least counts, since what was not collected yet
 * is no growth; of the whole process the middle does.
 */
export function growthOf(samples: readonly Memory[]): Growth[] {
  const third = Math.ceil(samples.length / 3);
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample)))];
  return names.flatMap((of) => {
    const typical = of === 'process' ? middle : least;
    const [first, last] = [samples.slice(0, third), samples.slice(-third)].map((part) =>
      typical(part.flatMap((sample) => sample[of] ?? [])),
    );
    // What was not started in one of them cannot be compared.
    if (first === undefined || last === undefined) return [];
    return [{ of, first, last, isGrowing: last > first * MOST_GROWTH && last > first + SLACK_BYTES }];
  });
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

function middle(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
