import { BY_CALLERS } from './callers.ts';
import { BY_IMPORT } from './imports.ts';
import { IN_STRIPE } from './in-stripe.ts';
import { BY_OPERATORS } from './operators.ts';
import { BY_SCHEDULES } from './schedules.ts';
import type { Story } from './story.ts';

/** What callers do, and what happens in Stripe. */
export const CHANGES: readonly Story[] = [...BY_CALLERS, ...IN_STRIPE];

/** Everything that somebody, or a schedule, does to either side. */
export const STORIES: readonly Story[] = [...CHANGES, ...BY_OPERATORS, ...BY_SCHEDULES, ...BY_IMPORT];
