import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

export type StripeKeysProps = {
  readonly stage: string;
  /** Whether the functions that only read in Stripe have a key of their own. */
  readonly hasReadKey: boolean;
};

/** The keys by which functions call Stripe: one for all of them, or another one for those that only read there. */
export class StripeKeys extends Construct {
  readonly writing: Use;
  readonly reading: Use;

  constructor(scope: Construct, id: string, { stage, hasReadKey }: StripeKeysProps) {
    super(scope, id);
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
    this.writing = key('Default', 'stripe-key', 'read and write');
    this.reading = hasReadKey ? key('ReadKey', 'stripe-read-key', 'read') : this.writing;
  }
}
