import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

export type StripeKeyProps = { readonly stage: string };

/** The key by which functions call Stripe. */
export class StripeKey extends Construct {
  readonly use: Use;

  constructor(scope: Construct, id: string, { stage }: StripeKeyProps) {
    super(scope, id);
    const secret = new Secret(this, 'Default', {
      secretName: `concord/${stage}/stripe-key`,
      description:
        'A restricted Stripe key that may read and write customers. Put its value here after the first deployment.',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.use = {
      environment: { STRIPE_KEY_ARN: secret.secretArn },
      grantTo: (grantee) => secret.grantRead(grantee),
    };
  }
}
