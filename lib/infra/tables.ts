import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

/** Two tables by durability class: what must never be lost, and what may be. */
export class Tables extends Construct {
  /** Customers, claims, links, operations, audit. Backed up, protected, retained. */
  readonly catalog: TableV2;
  /** Idempotency records. Expires by itself and may be destroyed. */
  readonly ephemeral: TableV2;
  readonly readingAndWriting: Use;
  readonly writing: Use;
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
    const told = { CATALOG_TABLE: this.catalog.tableName };
    this.readingAndWriting = { environment: told, grantTo: (grantee) => this.catalog.grantReadWriteData(grantee) };
    this.writing = { environment: told, grantTo: (grantee) => this.catalog.grantWriteData(grantee) };
    this.replies = {
      environment: { EPHEMERAL_TABLE: this.ephemeral.tableName },
      grantTo: (grantee) => this.ephemeral.grantReadWriteData(grantee),
    };
  }
}
