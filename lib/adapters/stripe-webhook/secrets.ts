/** Each one costs a signature to compute for every delivery that is refused. */
const SECRETS_MAX = 8;

/** What the secret holds cannot be used; its value is not quoted. */
export class WebhookSecretsMalformedError extends Error {
  override readonly name = 'WebhookSecretsMalformedError';

  constructor() {
    super(`There must be 1 to ${SECRETS_MAX} signing secrets (whsec_…), separated by white space or commas.`);
  }
}

/**
 * The signing secrets of the endpoint: one, or several separated by white space or commas while one is being rotated.
 * What Secrets Manager makes up before somebody sets a value is none: anybody could find the shorter pieces of it.
 * @throws WebhookSecretsMalformedError when there is none, too many, or one is not what Stripe gives out.
 */
export function parseSecrets(text: string): readonly string[] {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '');
  const areUsable = secrets.every((secret) => /^whsec_./.test(secret));
  if (secrets.length === 0 || secrets.length > SECRETS_MAX || !areUsable) throw new WebhookSecretsMalformedError();
  return secrets;
}
