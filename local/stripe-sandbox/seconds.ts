/** Stripe's times are whole seconds. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1000);
