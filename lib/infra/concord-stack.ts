import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Concord } from './concord.ts';
import type { ConcordProps } from './settings.ts';

/** Concord as a stack of its own, with what scripts and people ask for as outputs. */
export class ConcordStack extends Stack {
  constructor(scope: Construct, id: string, settings: ConcordProps, props: StackProps = {}) {
    super(scope, id, {
      stackName: `concord-${settings.stage ?? 'dev'}`,
      description: 'Concord: keeps the customer catalog and Stripe in agreement.',
      ...props,
    });
    const concord = new Concord(this, 'Concord', settings);
    const { stage, stripeMode, owners } = concord.config;
    Tags.of(this).add('concord:stage', stage);
    const outputs = {
      ApiUrl: concord.apiUrl,
      WebhookUrl: concord.webhookUrl,
      CatalogTable: concord.catalog.tableName,
      EphemeralTable: concord.ephemeral.tableName,
      SagaArn: concord.saga.stateMachineArn,
      PokesQueueUrl: concord.pokes.queueUrl,
      // What an import has to know to do as the functions do.
      ...{ Stage: stage, StripeMode: stripeMode, OwnerOfName: owners.name, OwnerOfEmail: owners.email },
    };
    // Under their plain names: scripts ask for them by these.
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }
}
