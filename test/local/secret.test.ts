import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createClock } from '../../local/clock.ts';
import { createSecretsService, parseStripeKey } from '../../local/secret.ts';
import { clientConfig, resourcesOf, startEndpoint } from './aws-fixture.ts';

const values = { stripeKey: 'sk_test_local', webhookSecret: 'whsec_local' };
const secrets = (...names: readonly string[]) =>
  resourcesOf(
    Object.fromEntries(
      names.map((Name, index) => [`Secret${index}`, { Type: 'AWS::SecretsManager::Secret', Properties: { Name } }]),
    ),
  );

describe('the secrets of the template', () => {
  it('hold what their names tell, by name and by ARN, as the SDK sees it', async () => {
    const resources = secrets('concord/local/stripe-key', 'concord/local/stripe-webhook-secret');
    const gateway = await startEndpoint(createClock(), { secrets: createSecretsService(resources, values) });
    const client = new SecretsManagerClient(clientConfig(gateway));
    const get = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    expect(await get('concord/local/stripe-key')).toBe('sk_test_local');
    expect(await get(resources[1]?.arn ?? '')).toBe('whsec_local');
    await expect(get('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    client.destroy();
    gateway.close();
  });

  it('are refused at the start when a name tells nothing', () => {
    expect(() => createSecretsService(secrets('concord/local/other'), values)).toThrow('concord/local/other');
  });
});

describe('the Stripe key of the environment', () => {
  it.each([undefined, ''])('is absent when it is %j', (key) => expect(parseStripeKey(key)).toBeUndefined());
  it.each(['sk_test_a', 'rk_test_a'])('may be of test mode: %s', (key) => expect(parseStripeKey(key)).toBe(key));
  it.each(['sk_live_a', 'secret'])('may be nothing else: %s', (key) =>
    expect(() => parseStripeKey(key)).toThrow('test mode'),
  );
});
