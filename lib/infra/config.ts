import { readFileSync } from 'node:fs';
import type { Node } from 'constructs';
import type { z } from 'zod';
import { type ConcordProps, settingsSchema } from './settings.ts';
import { stripeShares } from './stripe-budget.ts';

/** The settings of a deployment as its constructs use them. */
export type ConcordConfig = ReturnType<typeof configOf>;

/** The runner's own issuer and client: they are at its stage only. */
const LOCAL = { issuer: 'https://issuer.concord.local/', consoleClientId: 'concord-console' };

/** Requests a second for the whole account: https://docs.stripe.com/rate-limits */
const STRIPE_ALLOWS = { test: 25, live: 100 };

/** A setting that cannot be used: a sentence for whoever deploys. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/**
 * Checks the settings of a deployment, and gives each its default.
 * @throws SettingError that names each setting that cannot be used and says why, in one sentence each.
 */
export function configOf(props: ConcordProps) {
  const { data, error } = settingsSchema.safeParse(props);
  if (error !== undefined) {
    throw new SettingError(error.issues.map(sentenceOf).join('\n'));
  }
  const { stage, issuer, audience, consoleClientId, ownerOfName, ownerOfEmail, ...others } = data;
  const { stripeReadKey, reserveConcurrency, stripeRequestsPerSecond, ...plain } = others;
  if (stage === 'local' && others.stripeMode === 'live') {
    throw new SettingError('Setting "stripeMode" must be test at the stage local, which is the runner’s.');
  }
  const signIn = stage === 'local' ? { ...LOCAL, issuer: issuer ?? LOCAL.issuer } : { issuer, consoleClientId };
  return {
    ...{ stage, ...plain, hasStripeReadKey: stripeReadKey === 'own' },
    reservesConcurrency: reserveConcurrency === 'yes',
    stripeShares: stripeShares(stripeRequestsPerSecond ?? STRIPE_ALLOWS[others.stripeMode], others.syncConcurrency),
    owners: { name: ownerOfName, email: ownerOfEmail },
    jwt: signIn.issuer === undefined ? undefined : { ...signIn, issuer: signIn.issuer, audience },
  };
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return `Setting "${issue.path.join('.')}" ${issue.message}.`;
  return `There is no setting ${issue.keys.join(', ')}: there are ${Object.keys(settingsSchema.shape).join(', ')}.`;
}

/**
 * The settings from CDK context: those of the file that `config` names, and over them those of `--context name=value`.
 * @throws SettingError for a file that is not there, and for a name that is no setting's, which may be misspelt.
 */
export function settingsFrom(node: Pick<Node, 'getAllContext'>): ConcordProps {
  // CDK's own flags have a scope, what it has looked up has a colon.
  const given = Object.entries(node.getAllContext()).filter(([name, value]) => /^\w+$/.test(name) && value !== '');
  const { config, ...context } = Object.fromEntries(given);
  return { ...(config !== undefined && settingsIn(String(config))), ...context };
}

function settingsIn(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingError(
      `Context "config" must be a JSON file of settings, not "${file}": ${(error as Error).message}`,
    );
  }
}
