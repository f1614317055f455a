/** Creates, changes and deletes a customer from a script. In a project of your own, import from 'concord'. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCustomerService } from '../../lib/index.ts';

const control = process.argv[2] ?? 'http://127.0.0.1:4004';

// On one machine, the control server of `npm start` answers for AWS and for Stripe. With AWS itself, leave this out.
Object.assign(process.env, {
  AWS_ENDPOINT_URL: control,
  STRIPE_API_BASE: control,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

type Outputs = { readonly CatalogTable: string; readonly SagaArn: string; readonly PokesQueueUrl: string };
const outputs = (await (await fetch(`${control}/outputs`)).json()) as Outputs;
const secrets = new SecretsManagerClient({});

const customers = createCustomerService({
  catalogTable: outputs.CatalogTable,
  sagaArn: outputs.SagaArn,
  pokesQueueUrl: outputs.PokesQueueUrl,
  stripeKey: async () => {
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: 'concord/local/stripe-key' }));
    return secret.SecretString ?? '';
  },
});

const idempotencyKey = `example-${Date.now()}`;
const input = { name: 'John Doe', email: `${idempotencyKey}@example.com` };

const created = await customers.createCustomerWithIntegrity(input, { idempotencyKey });
console.log(`created  ${created.id}, in Stripe ${created.integrations.stripe.externalId}`);

const repeated = await customers.createCustomerWithIntegrity(input, { idempotencyKey });
console.log(`repeated ${repeated.id}: the same customer`);

const changed = await customers.updateCustomerWithIntegrity(
  created.id,
  { name: 'John Q. Doe' },
  { ifVersion: created.version },
);
console.log(`updated  ${changed.id}: ${changed.name}, version ${changed.version}`);

await customers.deleteCustomerWithIntegrity(created.id);
console.log(`deleted  ${created.id}, on both sides`);
