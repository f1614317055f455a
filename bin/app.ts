/** The CDK app: `npm run synth` writes its CloudFormation template, `npx cdk deploy` deploys it. */
import { App, Validations } from 'aws-cdk-lib';
import { ConcordStack } from '#infra/concord-stack.ts';
import { SettingError, settingsFrom } from '#infra/config.ts';

const app = new App({ analyticsReporting: false });
try {
  new ConcordStack(app, 'Concord', settingsFrom(app.node));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  // Whoever deploys reads what is wrong, and has no use for where that was noticed.
  console.error(error.message);
  process.exit(1);
}
// Only where rules are checked at all: loading these takes longer than the rest of the synthesis.
if (process.env['CDK_VALIDATION'] !== 'false') {
  const { AwsSolutionsChecks, ServerlessChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
app.synth();
