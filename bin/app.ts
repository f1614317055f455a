/** The CDK app: `npm run synth` writes its CloudFormation template, `npx cdk deploy` deploys it. */
import { App, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Concord } from '#infra/concord.ts';
import { readConfig } from '#infra/config.ts';

const app = new App({ analyticsReporting: false });
const config = readConfig(app.node);
const stack = new Stack(app, 'Concord', {
  stackName: `concord-${config.stage}`,
  description: 'Concord: keeps the customer catalog and Stripe in agreement.',
});
new Concord(stack, 'Concord', config);
Tags.of(stack).add('concord:stage', config.stage);
// Only where rules are checked at all: loading these takes longer than the rest of the synthesis.
if (process.env['CDK_VALIDATION'] !== 'false') {
  const { AwsSolutionsChecks, ServerlessChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
app.synth();
