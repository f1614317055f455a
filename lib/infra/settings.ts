import { Token } from 'aws-cdk-lib';
import { z } from 'zod';
import { INTEGRATIONS } from '#domain/integrations.ts';
import { LEAST_REQUESTS_PER_SECOND } from './stripe-budget.ts';

const wholeNumber = (least: number, most: number) => {
  const wanted = `must be a whole number from ${least} to ${most}`;
  // Context on the command line is always text.
  return z.coerce.number(wanted).int(wanted).min(least, wanted).max(most, wanted);
};
/** CloudWatch knows these, and some more. */
const RETENTIONS = [1, 7, 14, 30, 90, 180, 365];
const aRetention = `must be ${RETENTIONS.join(', ')}`;
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, `must be ${values.join(' or ')}`);
const like = (pattern: RegExp, wanted: string) => z.string(`must be ${wanted}`).regex(pattern, `must be ${wanted}`);
const someText = z.string('must be a text').min(1, 'must not be empty');
/** Also what an app that embeds Concord only knows once it is deployed: its own topic, say. */
const likeOrToken = (pattern: RegExp, wanted: string) =>
  z
    .string(`must be ${wanted}`)
    .refine((value) => Token.isUnresolved(value) || pattern.test(value), `must be ${wanted}`);

/** What a deployment can choose. Each has a default, or is left out. docs/deploying.md has them as a table. */
export const settingsSchema = z.strictObject({
  stage: like(/^[a-z][a-z0-9-]{0,15}$/, '1 to 16 lower-case letters, digits or dashes')
    .default('dev')
    .describe('Separates deployments in one account; part of every name. `local` is the runner’s.'),
  issuer: likeOrToken(/^https:\/\/\S+$/, 'an https URL')
    .optional()
    .describe('The OpenID Connect issuer whose tokens may call. Without it the API takes IAM (SigV4) callers only.'),
  audience: someText.default('concord').describe('For whom those tokens are.'),
  consoleClientId: someText
    .optional()
    .describe('As what the console signs operators in at the issuer. Without it they bring a token.'),
  stripeMode: oneOf('test', 'live').default('test').describe('Events of the other mode are refused.'),
  stripeAccount: like(/^acct_\w{1,64}$/, 'the id of an account (acct_…)')
    .optional()
    .describe(
      'The account whose events are taken, where they name one, as those of an organization’s or connected account do.',
    ),
  stripeReadKey: oneOf('shared', 'own')
    .default('shared')
    .describe(
      '`own`: the functions that only read in Stripe take a key of their own, which need not be able to write.',
    ),
  ownerOfName: oneOf('catalog', ...INTEGRATIONS)
    .default('catalog')
    .describe('Whose name stands when both sides changed it.'),
  ownerOfEmail: oneOf('catalog', ...INTEGRATIONS)
    .default('catalog')
    .describe('Whose email stands when both sides changed it.'),
  stripeRequestsPerSecond: wholeNumber(LEAST_REQUESTS_PER_SECOND, 100_000)
    .optional()
    .describe(
      'What all functions together may ask of Stripe in a second. Without it, what Stripe allows an account: 25 in test mode, 100 in live mode.',
    ),
  reserveConcurrency: oneOf('yes', 'no')
    .default('yes')
    .describe(
      'Whether functions have executions reserved from the account’s quota. `no` where it leaves none: floods and Stripe’s limit are then not bounded.',
    ),
  webhookConcurrency: wholeNumber(1, 1000).default(20).describe('How many webhooks are taken at once.'),
  apiConcurrency: wholeNumber(1, 10_000)
    .optional()
    .describe(
      'How many requests the API’s function serves at once, reserved for it. Without it, as many as there is room for.',
    ),
  limitNoisyCallers: oneOf('yes', 'no')
    .default('yes')
    .describe(
      'Whether a caller who has many requests at work is answered 429 while it keeps others waiting. `no` for a single caller, or several who trust one another.',
    ),
  syncConcurrency: wholeNumber(2, 1000).default(4).describe('How many batches of pokes are worked on at once.'),
  requestsPerSecond: wholeNumber(1, 10_000).default(1000).describe('What the API lets through; more is answered 429.'),
  requestBurst: wholeNumber(1, 5_000).default(500).describe('How many requests may come at once above that.'),
  corsOrigins: like(
    /^https:\/\/[^\s,/]+(?:,https:\/\/[^\s,/]+)*$/,
    'https origins without a path, separated by commas (https://app.example.com)',
  )
    .optional()
    .describe(
      'The sites whose pages may call the API, separated by commas. Without it none may: no CORS headers are sent.',
    ),
  logRetentionDays: z.coerce
    .number(aRetention)
    .refine((days) => RETENTIONS.includes(days), aRetention)
    .default(30)
    .describe('How long logs are kept.'),
  graceMinutes: wholeNumber(1, 1000)
    .default(10)
    .describe('What is younger than this many minutes is left alone by comparing and repairing.'),
  // Fifty requests to Stripe: within the 29 seconds that an API may take.
  mostAtOnce: wholeNumber(1, 100_000)
    .default(5_000)
    .describe('More customers of one side than this are compared by a run rather than while somebody waits.'),
  alarmTopicArn: likeOrToken(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of an SNS topic (arn:aws:sns:…)')
    .optional()
    .describe('The SNS topic that alarms tell, when they begin and when they end.'),
});

/** The settings as they are given: all may be left out. */
export type ConcordProps = z.input<typeof settingsSchema>;
