/** The CDK app: `npm run synth` writes its CloudFormation template, `npx cdk deploy` deploys it. */
import { App, Stack, Tags } from 'aws-cdk-lib';
import { Concord } from '#infra/concord.ts';
import { readConfig } from '#infra/config.ts';

const app = new App({
  analyticsReporting: false,
  // Writes the assembly where cdk.json's own command leaves it, also when no CDK command line drives this file.
  outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out',
  postCliContext: {
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    '@aws-cdk/core:enablePartitionLiterals': true,
    '@aws-cdk/aws-iam:minimizePolicies': true,
    '@aws-cdk/aws-lambda:useCdkManagedLogGroup': false,
  },
});
const config = readConfig(app.node);
const stack = new Stack(app, 'Concord', {
  stackName: `concord-${config.stage}`,
  description: 'Concord: keeps the customer catalog and Stripe in agreement.',
});
new Concord(stack, 'Concord', config);
Tags.of(stack).add('concord:stage', config.stage);
app.synth();
