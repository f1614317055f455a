import type { Endpoint } from './endpoint.ts';
import { assertKnownParameters, findExpansions } from './parameters.ts';

/** The one account there is; the same after every restart and reset, so that what is stored about it stays true. */
export const ACCOUNT_ID = 'acct_1SandboxAccount0';

const ACCOUNT = {
  id: ACCOUNT_ID,
  object: 'account',
  business_type: 'company',
  charges_enabled: true,
  country: 'US',
  created: 1_700_000_000,
  default_currency: 'usd',
  details_submitted: true,
  email: 'owner@sandbox.example',
  metadata: {},
  payouts_enabled: true,
  type: 'standard',
};

/** The account that the key belongs to: https://docs.stripe.com/api/accounts/retrieve */
export const accountEndpoint: Endpoint = {
  method: 'GET',
  path: '/v1/account',
  prepare: (parameters) => {
    assertKnownParameters(parameters, []);
    findExpansions(parameters, []);
    return () => ACCOUNT;
  },
};
