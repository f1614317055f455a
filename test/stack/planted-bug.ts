import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from './stack.ts';

/** A guard taken out of the source: text that stands there exactly once, and what stands there instead. */
export type PlantedBug = {
  readonly file: string;
  readonly guard: string;
  readonly without: string;
  /** Another setting rather than a bug: every promise still holds. */
  readonly isHarmless?: true;
};

const COPIED = [
  ...['bin', 'docs/openapi.json', 'lib', 'lambdas', 'local', 'package.json', 'tsconfig.json', 'cdk.json'],
];

/** Runs `use` against the stack of a copy of this checkout that has the bugs. Nothing of the checkout is touched. */
export function withPlantedBug(
  bug: PlantedBug | readonly PlantedBug[],
  use: (stack: Stack) => Promise<void>,
): Promise<void> {
  return inPlantedCopy(bug, async (directory) => {
    const isJudged = [bug].flat().every(({ isHarmless }) => isHarmless === true);
    const stack = await startStack({ directory, isJudged });
    try {
      await use(stack);
    } finally {
      await stack.stop();
    }
  });
}

/** Runs `use` on the directory of such a copy. */
export async function inPlantedCopy(
  bug: PlantedBug | readonly PlantedBug[],
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'concord-planted-'));
  try {
    for (const part of COPIED) cpSync(join(process.cwd(), part), join(directory, part), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
    mkdirSync(join(directory, 'cdk.out'), { recursive: true });
    for (const { file, guard, without } of [bug].flat()) {
      const path = join(directory, file);
      const parts = readFileSync(path, 'utf8').split(guard);
      if (parts.length !== 2) throw new Error(`The guard stands ${parts.length - 1} times in ${file}: ${guard}`);
      writeFileSync(path, parts.join(without));
    }
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
