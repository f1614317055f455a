import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { cachedSecret } from '#adapters/secrets-manager/secrets.ts';

/** A secret and its readers, with a clock of their own. */
function kept() {
  const there = { value: 'old', isAway: false, reads: 0, nowMs: 0 };
  const send = async () => {
    there.reads += 1;
    if (there.isAway) throw new Error('Secrets Manager does not answer.');
    return { SecretString: there.value };
  };
  const client = { send } as unknown as SecretsManagerClient;
  return { there, secret: cachedSecret(client, 'arn', () => there.nowMs) };
}

describe('a cached secret', () => {
  it('is read once in five minutes, and then as it is', async () => {
    const { there, secret } = kept();
    expect([await secret.read(), await secret.read(), there.reads]).toEqual(['old', 'old', 1]);
    there.value = 'new';
    there.nowMs = 300_000;
    expect(await secret.read()).toBe('old');
    there.nowMs += 1;
    expect([await secret.read(), there.reads]).toEqual(['new', 2]);
  });

  it('is read again at once when it is doubted, but not for every doubt', async () => {
    const { there, secret } = kept();
    await secret.read();
    there.nowMs = 60_000;
    there.value = 'new';
    secret.doubt();
    expect(await secret.read()).toBe('new');
    for (let nth = 0; nth < 10; nth += 1) {
      secret.doubt();
      await secret.read();
    }
    expect(there.reads).toBe(2);
  });

  it('stays good while it cannot be read, and is asked for every ten seconds', async () => {
    const { there, secret } = kept();
    await secret.read();
    there.isAway = true;
    there.value = 'new';
    for (there.nowMs = 300_001; there.nowMs < 360_000; there.nowMs += 1_000) expect(await secret.read()).toBe('old');
    expect(there.reads).toBeLessThanOrEqual(8);
    there.isAway = false;
    there.nowMs += 10_000;
    expect(await secret.read()).toBe('new');
  });

  it('is nothing at first while it cannot be read, and then what it is', async () => {
    const { there, secret } = kept();
    there.isAway = true;
    await expect(secret.read()).rejects.toThrow('does not answer');
    there.isAway = false;
    expect(await secret.read()).toBe('old');
  });
});
