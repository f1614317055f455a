import type { AwsReply, AwsService } from './runtime.ts';
import type { Resource } from './template.ts';

/** What the secrets of the template hold on this machine. */
export type SecretValues = {
  readonly stripeKey: string;
  readonly webhookSecret: string;
  /** Of the others, by the last part of their names, in capitals: `CRM_CREDENTIALS` for `concord/local/crm-credentials`. */
  readonly others?: Readonly<Record<string, string | undefined>>;
};

/**
 * Serves the values of the template's `AWS::SecretsManager::Secret` resources. Which value a secret holds is told by its
 * name. Throws when one's name tells nothing: a function would otherwise find out at its first call.
 */
export function createSecretsService(resources: readonly Resource[], values: SecretValues): AwsService {
  const secrets = resources.map((resource) => ({ ...resource, value: localValue(resource, values) }));
  return async (action, body): Promise<AwsReply> => {
    if (action !== 'GetSecretValue') {
      return fail('UnknownOperationException', `The runner's Secrets Manager has no ${action}`);
    }
    const id = String(body['SecretId']);
    const secret = secrets.find(({ arn, name }) => id === arn || id === name);
    if (!secret) return fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    const { arn, name, value } = secret;
    const version = { VersionId: '00000000-0000-0000-0000-000000000000', VersionStages: ['AWSCURRENT'] };
    return { status: 200, body: { ARN: arn, Name: name, SecretString: value, ...version, CreatedDate: 0 } };
  };
}

/** A key of Stripe's test mode, or undefined when none is given. Throws for any other: the runner never touches live data. */
export function parseStripeKey(key: string | undefined): string | undefined {
  if (key === undefined || key === '') return undefined;
  if (/^(sk|rk)_test_/.test(key)) return key;
  throw new Error("STRIPE_SECRET_KEY is not a key of Stripe's test mode, which begins with sk_test_ or rk_test_.");
}

function localValue({ name, logicalId }: Resource, { stripeKey, webhookSecret, others = {} }: SecretValues): string {
  const variable = name.split('/').at(-1)?.replaceAll('-', '_').toUpperCase() ?? '';
  if (/webhook/i.test(name)) return webhookSecret;
  if (/stripe/i.test(name)) return stripeKey;
  const other = others[variable];
  if (other !== undefined) return other;
  throw new Error(`${logicalId}: the runner has no value for the secret ${name}; the environment may say ${variable}`);
}

function fail(type: string, message: string): AwsReply {
  return { status: 400, body: { __type: type, message } };
}
