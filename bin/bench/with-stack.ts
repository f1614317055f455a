import type { ReadyLine } from '#local/ready-line.ts';
import { startChildStack } from '../demo/child-stack.ts';
import { openStage, type Stage } from '../demo/stage.ts';
import type { BenchOptions } from './part.ts';

/** Works on a stack of its own, whose webhooks are delivered only by hand: an echo would be counted with what it echoes. */
export async function withStack<Result>(
  { root, port, interrupted }: BenchOptions,
  work: (stage: Stage, ready: ReadyLine) => Promise<Result>,
): Promise<Result> {
  const stack = await startChildStack({ root, port, interrupted });
  try {
    const stage = await openStage(stack.ready);
    await stage.sandbox('POST', '/webhooks', { mode: 'hold' });
    return await work(stage, stack.ready);
  } finally {
    await stack.stop();
  }
}
