import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configOf, settingsFrom } from '#infra/config.ts';
import { settingsSchema } from '#infra/settings.ts';

const FILES = readdirSync('examples/settings').map((file) => join('examples/settings', file));

describe('the settings', () => {
  it('have a default, or are left out', () => {
    expect(configOf({})).toEqual({
      ...{ stage: 'dev', stripeMode: 'test', hasStripeReadKey: false, logRetentionDays: 30 },
      ...{ owners: { name: 'catalog', email: 'catalog' }, syncConcurrency: 4, graceMinutes: 10, mostAtOnce: 5_000 },
      ...{ requestsPerSecond: 1000, requestBurst: 500, jwt: undefined },
      ...{
        limitNoisyCallers: 'yes',
        reservesConcurrency: true,
        webhookConcurrency: 20,
        stripeShares: expect.any(Object),
      },
    });
  });

  it('trust the runner’s own issuer at its stage only', () => {
    expect(configOf({ stage: 'local' }).jwt).toEqual({
      ...{ issuer: 'https://issuer.concord.local/', audience: 'concord', consoleClientId: 'concord-console' },
    });
    expect(configOf({ issuer: 'https://issuer.example/', audience: 'us' }).jwt).toEqual({
      ...{ issuer: 'https://issuer.example/', audience: 'us' },
    });
  });

  it('sign operators in at the issuer only where it knows the console', () => {
    const issuer = 'https://issuer.example/';
    expect(configOf({ issuer }).jwt?.consoleClientId).toBeUndefined();
    expect(configOf({ issuer, consoleClientId: '0oa1' }).jwt).toMatchObject({ consoleClientId: '0oa1' });
  });

  it.each([
    [{ stage: 'Prod!' }, 'stage'],
    [{ issuer: 'http://plain.example/' }, 'issuer'],
    [{ syncConcurrency: '1' }, 'syncConcurrency'],
    [{ syncConcurrency: 'many' }, 'syncConcurrency'],
    [{ ownerOfName: 'nobody' }, 'ownerOfName'],
    [{ stripeMode: 'production' }, 'stripeMode'],
    [{ stripeMode: 'live', stage: 'local' }, 'stripeMode'],
    [{ stripeAccount: 'cus_1' }, 'stripeAccount'],
    [{ stripeReadKey: 'two' }, 'stripeReadKey'],
    [{ webhookConcurrency: '0' }, 'webhookConcurrency'],
    [{ apiConcurrency: '0' }, 'apiConcurrency'],
    [{ limitNoisyCallers: 'some' }, 'limitNoisyCallers'],
    [{ corsOrigins: '*' }, 'corsOrigins'],
    [{ corsOrigins: 'https://app.example/path' }, 'corsOrigins'],
    [{ reserveConcurrency: 'maybe' }, 'reserveConcurrency'],
    [{ stripeRequestsPerSecond: '24' }, 'stripeRequestsPerSecond'],
    [{ graceMinutes: '0' }, 'graceMinutes'],
    [{ alarmTopicArn: 'ops' }, 'alarmTopicArn'],
    [{ mostAtOnce: '100001' }, 'mostAtOnce'],
    [{ requestsPerSecond: '0.5' }, 'requestsPerSecond'],
    [{ logRetentionDays: '2' }, 'logRetentionDays'],
    [{ logRetentionDays: 'for ever' }, 'logRetentionDays'],
    [{ audience: ['us'] }, 'audience'],
    [{ consoleClientId: 7 }, 'consoleClientId'],
  ])('refuse %j with a sentence', (settings, key) => {
    expect(() => configOf(settings as object)).toThrow(new RegExp(`^Setting "${key}" must be .+\\.$`));
  });

  it('refuse a name that is no setting’s, which may be misspelt', () => {
    expect(() => configOf({ syncConcurency: 8 } as object)).toThrow(/no setting syncConcurency: there are stage, /);
  });

  it('end a deployment with the sentence, and nothing else', () => {
    const env = { ...process.env, CDK_CONTEXT_JSON: '{"syncConcurency":8}', CDK_VALIDATION: 'false' };
    const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^There is no setting syncConcurency: .+\.\n$/)]);
  });

  it('come from context, all of it text, over those of a file', () => {
    const context = (given: Record<string, unknown>) => settingsFrom({ getAllContext: () => given });
    expect(configOf(context({ stage: 'x', syncConcurrency: '5', issuer: '' }))).toMatchObject({
      ...{ stage: 'x', syncConcurrency: 5, jwt: undefined },
    });
    const flags = { '@aws-cdk/core:flag': true, 'aws:cdk:path': false, 'availability-zones:account=1': [] };
    expect(context({ ...flags, config: 'examples/settings/prod.json', stage: 'prod-eu' })).toMatchObject({
      ...{ stage: 'prod-eu', stripeMode: 'live' },
    });
    expect(() => context({ config: 'examples/settings/none.json' })).toThrow(
      /^Context "config" must be a JSON file of settings/,
    );
  });

  it.each(FILES)('can be those of %s', (file) => {
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    expect(configOf(settings).stage).toBe(settings.stage);
  });

  it('are the table of docs/deploying.md', () => {
    const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
      const { data } = settingsSchema.shape[name as 'stage'].safeParse(undefined);
      return `| \`${name}\` | ${data === undefined ? '' : `\`${data}\``} | ${schema.description} |`;
    });
    const lines = readFileSync('docs/deploying.md', 'utf8').split('\n');
    expect(lines.filter((line) => rows.includes(line))).toEqual(rows);
    expect(lines.filter((line) => /^\| `\w+` \|/.test(line))).toHaveLength(rows.length);
  });
});
