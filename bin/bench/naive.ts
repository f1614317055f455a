import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import type { ReadyLine } from '#local/ready-line.ts';

/** As many as the runner gives one function at once. */
const MOST_AT_ONCE = 8;

/**
 * A create as it is written without a thought of what may go wrong: one call of Stripe, one put, and no guarantee. It
 * goes by the same gateway to the same table and the same Stripe, and waits for one of as many places as a function has
 * environments. It asks the API for its health first, so that it pays for an HTTP request and an invocation as
 * well; only the check of a token is left out.
 */
export async function naiveCreate({ api, control }: ReadyLine): Promise<() => Promise<void>> {
  const outputs = (await (await fetch(`${control}/outputs`)).json()) as { CatalogTable: string };
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ endpoint: control, region: 'us-east-1', credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const { customers } = stripeClient('sk_test_naive', control);
  const waiting: (() => void)[] = [];
  let working = 0;
  return async () => {
    if (working >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else working += 1;
    await (await fetch(`${api}/health`)).text();
    const [id, name] = [randomUUID(), 'Naive'];
    const email = `${id}@example.com`;
    const { id: externalId } = await customers.create({ name, email });
    const Item = { pk: `NAIVE#${id}`, sk: 'NAIVE', name, email, externalId };
    await documents.send(new PutCommand({ TableName: outputs.CatalogTable, Item }));
    const next = waiting.shift();
    if (next === undefined) working -= 1;
    else next();
  };
}
