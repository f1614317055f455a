import type { Context } from 'aws-lambda';
import { system } from '../wiring/catalog.ts';

/** A repair that has begun by then has its time to end and be answered. */
const TO_END_MS = 10_000;

/** Until when repairs are begun: an invocation that is cut off tells the caller nothing. */
export function repairsUntil(context: Context): number {
  return system.clock.nowMs() + context.getRemainingTimeInMillis() - TO_END_MS;
}
