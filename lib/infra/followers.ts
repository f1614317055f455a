import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { INTEGRATIONS, othersThan } from '#domain/integrations.ts';
import type { Use } from './use.ts';

/** The integrations besides the gate: a secret for each, with what functions need to call it. */
export class Followers extends Construct {
  readonly calling: Use;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: string }) {
    super(scope, id);
    const secrets = othersThan(INTEGRATIONS).map((name) => {
      const secret = new Secret(this, name, {
        secretName: `concord/${stage}/${name}-credentials`,
        description: `Where ${name} is called and by what credentials. Put its value here after the first deployment.`,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions::AwsSolutions-SMG4',
        reason: 'They are made where the integration is administered; nothing here could make them.',
      });
      return { name, secret };
    });
    this.calling = {
      environment: Object.fromEntries(
        secrets.map(({ name, secret }) => [`${name.toUpperCase()}_CREDENTIALS_ARN`, secret.secretArn]),
      ),
      permissions: secrets.map(({ secret }) => ({
        actions: ['secretsmanager:GetSecretValue'],
        resource: secret.secretArn,
      })),
    };
  }
}
