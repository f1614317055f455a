/** The CDK app: `npm run synth` writes its CloudFormation template, `npx cdk deploy` deploys it. */
import { App, Stack, Tags } from 'aws-cdk-lib';
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
app.synth();
