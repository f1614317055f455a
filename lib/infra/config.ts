import type { Node } from 'constructs';

/** What a deployment can choose, from CDK context (`--context name=value` or cdk.json). */
export type ConcordConfig = {
  /** Separates deployments in one account; part of every name. `local` is the runner's. */
  readonly stage: string;
  /** The OpenID Connect issuer whose tokens may call; without one the API uses IAM authorization. */
  readonly jwt?: {
    readonly issuer: string;
    readonly audience: string;
    /** As what the console signs operators in at the issuer; without it they bring a token. */
    readonly consoleClientId?: string;
  };
  /** Which side's value stands when both sides changed a field to different values. */
  readonly owners: { readonly name: Owner; readonly email: Owner };
  /** How many batches of pokes are worked on at once, 2 to 1000. */
  readonly syncConcurrency: number;
  /** Events of the other mode are refused. */
  readonly stripeMode: 'test' | 'live';
  /** Whether the functions that only read in Stripe have a key of their own, which need not be able to write. */
  readonly hasStripeReadKey: boolean;
  /** The account whose events are taken, where they name one; without it those are refused. */
  readonly stripeAccount?: string;
  /** What is younger than this many minutes is left alone by comparing and repairing, 1 to 1000. */
  readonly graceMinutes: number;
  /** More customers of one side than this, 1 to 100000, are compared by a run rather than while somebody waits. */
  readonly mostAtOnce: number;
  /** How many webhooks are taken at once, 1 to 1000; without it, as many as the account has room for. */
  readonly webhookConcurrency?: number;
  /** Whom alarms tell when they begin and when they end: an SNS topic. Without it they are only seen. */
  readonly alarmTopicArn?: string;
};

type Owner = 'catalog' | 'stripe';

const LOCAL_ISSUER = 'https://issuer.concord.local/';
const LOCAL_CLIENT_ID = 'concord-console';

/**
 * Reads and checks the configuration.
 * @throws Error that names the context key, at synth time, when a value cannot be used.
 */
export function readConfig(node: Node): ConcordConfig {
  const stage = text(node, 'stage') ?? 'dev';
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(stage)) {
    throw new Error(`Context "stage" must be 1 to 16 lower-case letters, digits or dashes, not "${stage}".`);
  }
  const issuer = text(node, 'issuer') ?? (stage === 'local' ? LOCAL_ISSUER : undefined);
  if (issuer !== undefined && !/^https:\/\/\S+$/.test(issuer)) {
    throw new Error(`Context "issuer" must be an https URL, not "${issuer}".`);
  }
  const owners = { name: owner(node, 'ownerOfName'), email: owner(node, 'ownerOfEmail') };
  return {
    ...{ stage, owners },
    syncConcurrency: wholeNumber(node, 'syncConcurrency', 2) ?? 4,
    graceMinutes: wholeNumber(node, 'graceMinutes', 1) ?? 10,
    hasStripeReadKey: hasStripeReadKey(node),
    // Fifty requests to Stripe: within the 29 seconds that an API may take.
    mostAtOnce: wholeNumber(node, 'mostAtOnce', 1, 100_000) ?? 5_000,
    ...webhookConfig(node, stage),
    ...alarmConfig(node),
    ...(issuer === undefined ? {} : { jwt: { issuer, ...audienceAndClient(node, stage) } }),
  };
}

function audienceAndClient(node: Node, stage: string) {
  const consoleClientId = text(node, 'consoleClientId') ?? (stage === 'local' ? LOCAL_CLIENT_ID : undefined);
  return { audience: text(node, 'audience') ?? 'concord', ...(consoleClientId !== undefined && { consoleClientId }) };
}

function owner(node: Node, key: string): Owner {
  const value = text(node, key) ?? 'catalog';
  if (value === 'catalog' || value === 'stripe') return value;
  throw new Error(`Context "${key}" must be catalog or stripe, not "${value}".`);
}

function hasStripeReadKey(node: Node): boolean {
  const value = text(node, 'stripeReadKey') ?? 'shared';
  if (value === 'shared' || value === 'own') return value === 'own';
  throw new Error(`Context "stripeReadKey" must be shared or own, not "${value}".`);
}

function webhookConfig(
  node: Node,
  stage: string,
): Pick<ConcordConfig, 'stripeMode' | 'stripeAccount' | 'webhookConcurrency'> {
  const stripeMode = text(node, 'stripeMode') ?? 'test';
  if (stripeMode !== 'test' && (stripeMode !== 'live' || stage === 'local')) {
    throw new Error(`Context "stripeMode" must be "test" or, but for the stage local, "live", not "${stripeMode}".`);
  }
  const stripeAccount = text(node, 'stripeAccount');
  if (stripeAccount !== undefined && !/^acct_\w{1,64}$/.test(stripeAccount)) {
    throw new Error(`Context "stripeAccount" must be the id of an account (acct_…), not "${stripeAccount}".`);
  }
  const webhookConcurrency = wholeNumber(node, 'webhookConcurrency', 1);
  return {
    stripeMode,
    ...(stripeAccount !== undefined && { stripeAccount }),
    ...(webhookConcurrency !== undefined && { webhookConcurrency }),
  };
}

function alarmConfig(node: Node): Pick<ConcordConfig, 'alarmTopicArn'> {
  const alarmTopicArn = text(node, 'alarmTopicArn');
  if (alarmTopicArn === undefined) return {};
  if (/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(alarmTopicArn)) return { alarmTopicArn };
  throw new Error(`Context "alarmTopicArn" must be the ARN of an SNS topic (arn:aws:sns:…), not "${alarmTopicArn}".`);
}

function wholeNumber(node: Node, key: string, least: number, most = 1000): number | undefined {
  const given = text(node, key);
  const value = Number(given);
  if (given !== undefined && (!Number.isInteger(value) || value < least || value > most)) {
    throw new Error(`Context "${key}" must be a whole number from ${least} to ${most}.`);
  }
  return given === undefined ? undefined : value;
}

function text(node: Node, key: string): string | undefined {
  const value: unknown = node.tryGetContext(key);
  return value === undefined || value === '' ? undefined : String(value);
}
