import Stripe from 'stripe';
import { API_VERSION, assertApiVersion } from '#adapters/stripe/api-version.ts';

describe('the API version', () => {
  it('is the one that Stripe’s SDK is pinned to', () => {
    expect(Stripe.API_VERSION).toBe(API_VERSION);
  });

  it('is compared at start, and a difference is told in a sentence that names both', () => {
    expect(() => assertApiVersion(Stripe.API_VERSION)).not.toThrow();
    expect(() => assertApiVersion('2027-01-01.other')).toThrow(
      `Stripe's SDK speaks API version 2027-01-01.other, and Concord ${API_VERSION}.`,
    );
  });
});
