import type { Stack } from '../stack/stack.ts';

export type Outputs = Readonly<
  Record<'ApiUrl' | 'CatalogTable' | 'EphemeralTable' | 'SagaArn' | 'PokesQueueUrl', string>
>;

/** Lets AWS and Stripe clients of this process reach a running stack, as a script's do. Answers its outputs. */
export async function enterStack(stack: Stack): Promise<Outputs> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: stack.control,
    STRIPE_API_BASE: stack.control,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return (await stack.control$('GET', '/outputs')) as Outputs;
}
