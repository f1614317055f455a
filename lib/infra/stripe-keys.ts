import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ConcordConfig } from './config.ts';
import type { StripeCaller } from './stripe-budget.ts';
import type { Use } from './use.ts';

export type StripeKeysProps = { readonly config: ConcordConfig };

/**
 * The keys by which functions call Stripe: one for all of them, or another one for those that only read there. Each
 * comes with the share of Stripe's rate limit that is the function's: there is no key without one.
 */
export class StripeKeys extends Construct {
  readonly #writing: Use;
  readonly #reading: Use;
  readonly #config: ConcordConfig;

  constructor(scope: Construct, id: string, { config }: StripeKeysProps) {
    super(scope, id);
    const { stage, hasStripeReadKey } = config;
    this.#config = config;
    const key = (name: string, secretName: string, what: string): Use => {
      const secret = new Secret(this, name, {
        secretName: `concord/${stage}/${secretName}`,
        description: `A restricted Stripe key that may ${what} customers. Put its value here after the first deployment.`,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions::AwsSolutions-SMG4',
        reason: 'Stripe rolls its keys, at its dashboard; nothing here could make one.',
      });
      const { secretArn } = secret;
      return {
        environment: { STRIPE_KEY_ARN: secretArn },
        permissions: [{ actions: ['secretsmanager:GetSecretValue'], resource: secretArn }],
      };
    };
    this.#writing = key('Default', 'stripe-key', 'read and write');
    this.#reading = hasStripeReadKey ? key('ReadKey', 'stripe-read-key', 'read') : this.#writing;
  }

  /** For a function that changes customers in Stripe. */
  writing(caller: StripeCaller): Use {
    return this.#paced(this.#writing, caller);
  }

  /** For a function that only reads there. */
  reading(caller: StripeCaller): Use {
    return this.#paced(this.#reading, caller);
  }

  #paced({ environment, permissions = [] }: Use, caller: StripeCaller): Use {
    const { stripeShares, reservesConcurrency } = this.#config;
    const { rate, atOnce, isReserved } = stripeShares[caller];
    return {
      environment: { ...environment, STRIPE_REQUESTS_PER_SECOND: String(rate) },
      permissions,
      ...(isReserved && reservesConcurrency && { atOnce }),
    };
  }
}
