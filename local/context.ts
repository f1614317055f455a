/**
 * The stage that the runner stands for. Webhooks are let in as they come, and callers as many as there are: one machine
 * takes longer for each than Lambda, and who comes when it is busy waits in line instead of being turned away.
 */
const LOCAL_CONTEXT = { stage: 'local', webhookConcurrency: 1000, limitNoisyCallers: 'no' };
/** The sandbox has no limit; Stripe's own test mode has the one that is the default. */
const OF_SANDBOX = { stripeRequestsPerSecond: 100_000 };

/** With what the runner synthesizes. */
export function contextOf({ useSandbox }: { readonly useSandbox: boolean }): Readonly<Record<string, unknown>> {
  return { ...LOCAL_CONTEXT, ...(useSandbox && OF_SANDBOX) };
}
