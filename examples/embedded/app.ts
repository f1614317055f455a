/** A CDK app of your own that has Concord in one of its stacks, beside what uses it. */
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Concord } from '../../lib/infra/concord.ts';

const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'Billing');
const onCall = new Topic(stack, 'OnCall', { enforceSSL: true });

const concord = new Concord(stack, 'Concord', {
  stage: 'billing',
  issuer: 'https://login.example.com/',
  stripeMode: 'live',
  webhookConcurrency: 20,
  alarmTopicArn: onCall.topicArn,
});

// Whatever of yours calls it is told where it is, and needs a token of your issuer, no more.
const signUp = new LambdaFunction(stack, 'SignUp', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => fetch(process.env.CONCORD + "/health").then((r) => r.json());'),
  environment: { CONCORD: concord.apiUrl },
});
new CfnOutput(stack, 'SignUpFunction', { value: signUp.functionName });
new CfnOutput(stack, 'WebhookUrl', { value: concord.webhookUrl, description: 'Tell Stripe.' });

app.synth();
