import type { Stage } from './stage.ts';

/** Says what is promised, and compares what is there with what has to be. */
export type Verify = (promise: string, is: unknown, mustBe: unknown) => void;

/** One thing that goes wrong between a catalog and Stripe. */
export type Scene = {
  readonly title: string;
  readonly happens: string;
  /** What a system that does the obvious is left with. */
  readonly elsewhere: string;
  /** Makes it happen, and verifies what is left by reading both sides. */
  play(stage: Stage, verify: Verify): Promise<void>;
};

export type Finding = {
  readonly promise: string;
  readonly is: unknown;
  /** Present when the promise is broken. */
  readonly mustBe?: unknown;
};

export type Played = {
  readonly title: string;
  readonly kept: boolean;
  readonly findings: readonly Finding[];
  readonly seconds: number;
};
