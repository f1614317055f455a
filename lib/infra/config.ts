import type { Node } from 'constructs';

/** What a deployment can choose, from CDK context (`--context name=value` or cdk.json). */
export type ConcordConfig = {
  /** Separates deployments in one account; part of every name. `local` is the runner's. */
  readonly stage: string;
  /** The OpenID Connect issuer whose tokens may call; without one the API uses IAM authorization. */
  readonly jwt?: { readonly issuer: string; readonly audience: string };
  /** Which side's value stands when both sides changed a field to different values. */
  readonly owners: { readonly name: Owner; readonly email: Owner };
  /** How many batches of pokes are worked on at once, 2 to 1000. */
  readonly syncConcurrency: number;
};

type Owner = 'catalog' | 'stripe';

const LOCAL_ISSUER = 'https://issuer.concord.local/';

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
  const syncConcurrency = Number(text(node, 'syncConcurrency') ?? 4);
  if (!Number.isInteger(syncConcurrency) || syncConcurrency < 2 || syncConcurrency > 1000) {
    throw new Error('Context "syncConcurrency" must be a whole number from 2 to 1000.');
  }
  const owners = { name: owner(node, 'ownerOfName'), email: owner(node, 'ownerOfEmail') };
  return {
    ...{ stage, owners },
    syncConcurrency,
    ...(issuer === undefined ? {} : { jwt: { issuer, audience: text(node, 'audience') ?? 'concord' } }),
  };
}

function owner(node: Node, key: string): Owner {
  const value = text(node, key) ?? 'catalog';
  if (value === 'catalog' || value === 'stripe') return value;
  throw new Error(`Context "${key}" must be catalog or stripe, not "${value}".`);
}

function text(node: Node, key: string): string | undefined {
  const value: unknown = node.tryGetContext(key);
  return value === undefined || value === '' ? undefined : String(value);
}
