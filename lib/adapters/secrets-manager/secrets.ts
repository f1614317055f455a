import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A rotated secret is picked up within this time. */
const CACHED_FOR_MS = 300_000;
/** So long a value is kept at least: neither doubt nor an outage makes every request a read. */
const KEPT_FOR_MS = 10_000;

export type CachedSecret = {
  /**
   * The secret, read when first needed and again when five minutes old. While Secrets Manager does not answer, the value
   * that is there stays good.
   * @throws Error when there is none yet, and Secrets Manager does not give one.
   */
  read(): Promise<string>;
  /** The value may have been rotated: the next read asks again, unless it has asked within ten seconds. */
  doubt(): void;
};

/** A secret by its ARN. */
export function cachedSecret(client: SecretsManagerClient, arn: string, nowMs: () => number): CachedSecret {
  let cached: string | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let goodUntilMs = Number.NEGATIVE_INFINITY;
  const ask = async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw new Error(`The secret ${arn} has no text value.`);
    return SecretString.trim();
  };
  return {
    async read() {
      if (cached !== undefined && nowMs() <= goodUntilMs) return cached;
      askedAtMs = nowMs();
      try {
        cached = await ask();
        goodUntilMs = askedAtMs + CACHED_FOR_MS;
      } catch (error) {
        if (cached === undefined) throw error;
        goodUntilMs = askedAtMs + KEPT_FOR_MS;
      }
      return cached;
    },
    doubt() {
      goodUntilMs = Math.min(goodUntilMs, askedAtMs + KEPT_FOR_MS);
    },
  };
}
