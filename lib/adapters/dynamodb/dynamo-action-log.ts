import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Action, ActionLog, ActionPage } from '#ports/action-log.ts';

/** One partition: administrators ask for a few things a minute, and it takes a thousand a second. */
const PARTITION = 'ACTIONS';
const KEPT_SECONDS = 400 * 86_400;

type Item = Action & { readonly pk: string; readonly sk: string; readonly expiresAtSeconds: number };

/** What administrators asked for, in the catalog: it is kept and restored with what they changed. */
export class DynamoActionLog implements ActionLog {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Under an id of its own: sent again after a lost reply, it is the same entry. */
  async begin(action: Action): Promise<void> {
    const expiresAtSeconds = Math.floor(Date.parse(action.at) / 1000) + KEPT_SECONDS;
    const item: Item = { ...action, pk: PARTITION, sk: sortKey(action), expiresAtSeconds };
    await this.#client.send(new PutCommand({ TableName: this.#table, Item: item }));
  }

  async end(action: Pick<Action, 'id' | 'at'>, outcome: string): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: PARTITION, sk: sortKey(action) },
        UpdateExpression: 'SET outcome = :outcome',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':outcome': outcome },
      }),
    );
  }

  async list(limit: number, from: string | undefined): Promise<ActionPage> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PARTITION },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
        ...(from !== undefined && { ExclusiveStartKey: { pk: PARTITION, sk: from } }),
      }),
    );
    return { actions: (Items as Item[]).map(actionOf), next: LastEvaluatedKey?.['sk'] as string | undefined };
  }
}

function actionOf({ pk: _, sk: __, expiresAtSeconds: ___, ...action }: Item): Action {
  return action;
}

function sortKey({ at, id }: Pick<Action, 'id' | 'at'>): string {
  return `${at} ${id}`;
}
