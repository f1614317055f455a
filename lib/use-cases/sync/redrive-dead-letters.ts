import type { DeadLetterRedrive, DeadLetters } from '#ports/dead-letters.ts';

/** How many messages were there to go back, approximately; none when an earlier redrive is still at it. */
export type RedriveReport = { readonly redriven: number; readonly skipped?: true };

/**
 * Sends dead pokes back to the queue, to be worked on as if they were new: to look at a customer once more harms nobody.
 * One that fails again ends among the dead letters again.
 */
export async function redriveDeadLetters({
  deadLetters,
  redrive,
}: {
  readonly deadLetters: DeadLetters;
  readonly redrive: DeadLetterRedrive;
}): Promise<RedriveReport> {
  const count = await deadLetters.count();
  if (count === 0) return { redriven: 0 };
  return (await redrive.redrive()) === 'begun' ? { redriven: count } : { redriven: 0, skipped: true };
}
