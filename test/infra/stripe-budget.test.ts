import type Stripe from 'stripe';
import { paceOf } from '#adapters/stripe/pace.ts';
import { pacedTransport } from '#adapters/stripe/paced-transport.ts';
import { configOf } from '#infra/config.ts';
import { SHARES, type StripeCaller, type StripeClass, stripeShares } from '#infra/stripe-budget.ts';
import { type ManualClock, manualClock } from '../contracts/manual-clock.ts';

const CALLERS = Object.keys(SHARES) as StripeCaller[];
const LATENCY_MS = 150;

type Sent = { readonly atMs: number; readonly class: StripeClass };
type Request = Parameters<Stripe.HttpClient['makeRequest']>;
type Shares = ReturnType<typeof stripeShares>;

/** Stripe, as far as it is sent something. */
function listener(clock: ManualClock, served: StripeClass, sent: Sent[]): Stripe.HttpClient {
  return {
    getClientName: () => 'listener',
    async makeRequest() {
      sent.push({ atMs: clock.nowMs(), class: served });
      await clock.sleep(LATENCY_MS);
      return {} as Stripe.HttpClientResponse;
    },
  };
}

/** All functions at work at once, each with all of its environments, until a burst of operations is done. */
async function burst(
  shares: Shares,
  { operations = 2_000, isPaced = true, isBusy = (_: StripeClass): boolean => true } = {},
): Promise<Sent[]> {
  const clock = manualClock();
  const sent: Sent[] = [];
  const workers = CALLERS.flatMap((caller) => {
    const { class: served, rate, atOnce } = shares[caller];
    let left = isBusy(served) ? Math.round((operations * SHARES[caller].percent) / 100) : 0;
    return Array.from({ length: atOnce }, async () => {
      const stripe = listener(clock, served, sent);
      const transport = isPaced ? pacedTransport(stripe, paceOf(clock, rate)) : stripe;
      // The consumer of the queue works on ten messages at a time, others on one thing.
      const lines = Array.from({ length: caller === 'sync' ? 10 : 1 }, async () => {
        while (left > 0) {
          left -= 1;
          await transport.makeRequest(...([] as unknown as Request));
        }
      });
      await Promise.all(lines);
    });
  });
  let isDone = false;
  const done = Promise.all(workers).then(() => {
    isDone = true;
  });
  while (!isDone) await clock.pass(60_000);
  await done;
  return sent;
}

/** The most that went in any second, wherever it begins. */
function busiestSecond(sent: readonly Sent[]): number {
  let most = 0;
  let from = 0;
  for (const [to, { atMs }] of sent.entries()) {
    while (atMs - (sent[from]?.atMs ?? 0) >= 1000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

describe('the budget of requests to Stripe', () => {
  it.each([25, 100])('of %d a second is not exceeded in any second of a burst', async (requestsPerSecond) => {
    const shares = stripeShares(requestsPerSecond, 4);
    const sent = await burst(shares, { operations: 10_000 });
    expect(sent).toHaveLength(10_000);
    expect(busiestSecond(sent)).toBeLessThanOrEqual(requestsPerSecond);
    // It is not kept by sending little.
    expect(busiestSecond(sent)).toBeGreaterThan(requestsPerSecond * 0.7);
  });

  it('would be exceeded without the pace, and by one environment more than there may be', async () => {
    const shares = stripeShares(100, 4);
    expect(busiestSecond(await burst(shares, { isPaced: false }))).toBeGreaterThan(100);
    const more = { ...shares, saga: { ...shares.saga, atOnce: shares.saga.atOnce + 1 } };
    expect(busiestSecond(await burst(more))).toBeGreaterThan(100);
  });

  it('serves those whom somebody waits for as if nobody else were there', async () => {
    const shares = stripeShares(100, 4);
    const timesOf = (sent: readonly Sent[]) =>
      sent.filter((one) => one.class === 'interactive').map(({ atMs }) => atMs);
    const alone = timesOf(await burst(shares, { isBusy: (served) => served === 'interactive' }));
    expect(timesOf(await burst(shares))).toEqual(alone);
    const share = (served: StripeClass) =>
      Object.values(shares).reduce((sum, one) => sum + (one.class === served ? one.rate * one.atOnce : 0), 0);
    const classes: readonly StripeClass[] = ['interactive', 'webhook', 'sweep', 'reconcile'];
    expect(classes.map(share)).toEqual([60, 24, 8, 8]);
  });

  it('is what Stripe allows in each mode, unless it is set; too many consumers for it are refused', () => {
    const sumOf = (settings: Parameters<typeof configOf>[0]) =>
      Object.values(configOf(settings).stripeShares).reduce((sum, { rate, atOnce }) => sum + rate * atOnce, 0);
    expect(sumOf({ stripeMode: 'live' })).toBe(100);
    expect(sumOf({ stripeMode: 'test' })).toBeLessThanOrEqual(25);
    for (let most = 25; most <= 2000; most += 17) {
      expect(sumOf({ stripeRequestsPerSecond: most })).toBeLessThanOrEqual(most);
    }
    expect(() => configOf({ syncConcurrency: 7 })).toThrow(/^Setting "syncConcurrency" must be at most 6: .+\.$/);
  });
});
