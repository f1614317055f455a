import { ACCOUNT_ID } from './account.ts';
import { StripeFailure } from './errors.ts';

const TEST_KEY = /^(sk|rk)_test_./;

/**
 * Accepts every test mode key, as a Bearer token or as the user of Basic authentication. Throws Stripe's 401, and its
 * 403 when `Stripe-Account` names another account. https://docs.stripe.com/api/authentication
 */
export function authenticate(authorization: string | undefined, account: string | undefined): void {
  const key = keyOf(authorization ?? '');
  if (key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    );
  }
  if (!TEST_KEY.test(key)) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
  if (account !== undefined && account !== ACCOUNT_ID) {
    throw new StripeFailure(403, {
      type: 'invalid_request_error',
      code: 'account_invalid',
      message: `The provided key '${masked(key)}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
    });
  }
}

function keyOf(authorization: string): string {
  const [scheme = '', credentials = ''] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
}

/** As much of a key as tells which one it is; of a short one nothing. */
function masked(key: string): string {
  return key.length < 16 ? '*'.repeat(8) : `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`;
}

function unauthorized(message: string): StripeFailure {
  return new StripeFailure(401, { type: 'invalid_request_error', message });
}
