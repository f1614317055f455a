import type { Node } from 'constructs';
import { readConfig } from '#infra/config.ts';

const read = (context: Record<string, string>) =>
  readConfig({ tryGetContext: (key: string) => context[key] } as unknown as Node);

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(read({})).toEqual({
      ...{ stage: 'dev', stripeMode: 'test', hasStripeReadKey: false },
      ...{ owners: { name: 'catalog', email: 'catalog' }, syncConcurrency: 4, graceMinutes: 10, mostAtOnce: 5_000 },
    });
  });

  it('trusts the runner’s own issuer at its stage only', () => {
    expect(read({ stage: 'local' }).jwt).toEqual({
      ...{ issuer: 'https://issuer.concord.local/', audience: 'concord', consoleClientId: 'concord-console' },
    });
    expect(read({ issuer: 'https://issuer.example/', audience: 'us' }).jwt).toEqual({
      ...{ issuer: 'https://issuer.example/', audience: 'us' },
    });
  });

  it('signs operators in at the issuer only where it knows the console', () => {
    const issuer = 'https://issuer.example/';
    expect(read({ issuer }).jwt).not.toHaveProperty('consoleClientId');
    expect(read({ issuer, consoleClientId: '0oa1' }).jwt).toMatchObject({ consoleClientId: '0oa1' });
  });

  it.each([
    [{ stage: 'Prod!' }, 'stage'],
    [{ issuer: 'http://plain.example/' }, 'issuer'],
    [{ syncConcurrency: '1' }, 'syncConcurrency'],
    [{ ownerOfName: 'nobody' }, 'ownerOfName'],
    [{ stripeMode: 'production' }, 'stripeMode'],
    [{ stripeMode: 'live', stage: 'local' }, 'stripeMode'],
    [{ stripeAccount: 'cus_1' }, 'stripeAccount'],
    [{ stripeReadKey: 'two' }, 'stripeReadKey'],
    [{ webhookConcurrency: '0' }, 'webhookConcurrency'],
    [{ graceMinutes: '0' }, 'graceMinutes'],
    [{ alarmTopicArn: 'ops' }, 'alarmTopicArn'],
    [{ mostAtOnce: '100001' }, 'mostAtOnce'],
  ])('refuses the context %j with a sentence', (context, key) => {
    expect(() => read(context as Record<string, string>)).toThrow(`Context "${key}" must be`);
  });
});
