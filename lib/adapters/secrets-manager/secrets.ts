import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A rotated secret is picked up within this time. */
const CACHED_FOR_MS = 300_000;

/**
 * A secret by its ARN, read when first needed and again when five minutes old.
 * @throws Error when Secrets Manager has no text for it.
 */
export function cachedSecret(client: SecretsManagerClient, arn: string, nowMs: () => number): () => Promise<string> {
  let cached: { readonly value: string; readonly readAtMs: number } | undefined;
  return async () => {
    if (cached === undefined || nowMs() - cached.readAtMs > CACHED_FOR_MS) {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      if (SecretString === undefined) throw new Error(`The secret ${arn} has no text value.`);
      cached = { value: SecretString.trim(), readAtMs: nowMs() };
    }
    return cached.value;
  };
}
