import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ConcordFunction } from './concord-function.ts';
import type { ConcordConfig } from './config.ts';
import type { Use } from './use.ts';

export type WebhookProps = { readonly config: ConcordConfig; readonly pokes: Use };

/** Where Stripe posts its events: a function with a URL of its own, which may read its secrets and send pokes, no more. */
export class Webhook extends Construct {
  readonly handler: ConcordFunction;
  /** The endpoint to tell Stripe. */
  readonly url: string;

  constructor(scope: Construct, id: string, { config, pokes }: WebhookProps) {
    super(scope, id);
    const { stage, stripeMode, stripeAccount, webhookConcurrency, reservesConcurrency } = config;
    const secrets = new Secret(this, 'Secrets', {
      secretName: `concord/${stage}/webhook-secrets`,
      description:
        'The signing secret of the Stripe webhook endpoint (whsec_…), or several separated by white space or commas.',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secrets).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'Stripe rolls its signing secrets, at its dashboard; nothing here could make one.',
    });
    this.handler = new ConcordFunction(this, 'Function', {
      stage,
      entry: 'webhook',
      description: 'Verifies Stripe’s webhooks and queues what they ask for.',
      timeout: Duration.seconds(10),
      uses: [
        {
          environment: { WEBHOOK_SECRETS_ARN: secrets.secretArn },
          permissions: [{ actions: ['secretsmanager:GetSecretValue'], resource: secrets.secretArn }],
        },
        pokes,
        {
          environment: {
            STRIPE_MODE: stripeMode,
            ...(stripeAccount !== undefined && { STRIPE_ACCOUNT: stripeAccount }),
          },
          // The only throttle that a Function URL has. What it turns away, Stripe sends again.
          ...(reservesConcurrency && { atOnce: webhookConcurrency }),
        },
      ],
    });
    // Stripe has no AWS identity: its signature is the authorization, and the function checks it first of all.
    this.url = this.handler.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
  }
}
