import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

/** A transaction needs the action of each of its items. */
export type CatalogAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'Query'
  | 'Scan';
type CatalogIndex = 'due' | 'apart' | 'list' | 'operations-by-customer';

/** Two tables by durability class: what must never be lost, and what may be. */
export class Tables extends Construct {
  /** Customers, claims, links, operations, audit. Backed up, protected, retained. */
  readonly catalog: TableV2;
  /** Idempotency records. Expires by itself and may be destroyed. */
  readonly ephemeral: TableV2;
  readonly replies: Use;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.catalog = new TableV2(this, 'Catalog', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // Finished operations and closed attempts leave by themselves after 30 days.
      timeToLiveAttribute: 'expiresAtSeconds',
      globalSecondaryIndexes: [
        {
          // Sparse: only what owes work has a due time.
          indexName: 'due',
          partitionKey: { name: 'dueShard', type: AttributeType.NUMBER },
          sortKey: { name: 'dueAt', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
        {
          // Sparse: only customers whose two sides are not known to agree, by status and time.
          indexName: 'apart',
          partitionKey: { name: 'apartShard', type: AttributeType.NUMBER },
          sortKey: { name: 'apartKey', type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['retryAt', 'isTombstone'],
        },
        {
          // Sparse: only customers that are listed have a list key.
          indexName: 'list',
          partitionKey: { name: 'listShard', type: AttributeType.NUMBER },
          sortKey: { name: 'listKey', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
        {
          // Sparse: of all items, only operations have both a customer and a time of creation.
          indexName: 'operations-by-customer',
          partitionKey: { name: 'customerId', type: AttributeType.STRING },
          sortKey: { name: 'createdAt', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.ephemeral = new TableV2(this, 'Ephemeral', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      removalPolicy: RemovalPolicy.DESTROY,
      timeToLiveAttribute: 'expiration',
    });
    this.replies = {
      environment: { EPHEMERAL_TABLE: this.ephemeral.tableName },
      permissions: [
        { actions: ['PutItem', 'UpdateItem', 'DeleteItem'].map(inDynamodb), resource: this.ephemeral.tableArn },
      ],
    };
  }

  /** Lets a function do these on what may be lost besides replies. */
  scratchFor(actions: readonly ('BatchGetItem' | 'BatchWriteItem')[]): Use {
    return {
      environment: { EPHEMERAL_TABLE: this.ephemeral.tableName },
      permissions: [{ actions: actions.map(inDynamodb), resource: this.ephemeral.tableArn }],
    };
  }

  /** Lets a function do these on the catalog's items, and query these indexes; nothing is allowed on all of them. */
  catalogFor(actions: readonly CatalogAction[], ...indexes: readonly CatalogIndex[]): Use {
    return {
      environment: { CATALOG_TABLE: this.catalog.tableName },
      permissions: [
        { actions: actions.map(inDynamodb), resource: this.catalog.tableArn },
        ...indexes.map((index) => ({
          actions: ['Query'].map(inDynamodb),
          resource: `${this.catalog.tableArn}/index/${index}`,
        })),
      ],
    };
  }
}

function inDynamodb(action: string): string {
  return `dynamodb:${action}`;
}
