import type { SynthesizedStack } from './synthesized.ts';

/** What is kept, how, and for how long. */
export function tellData(stack: SynthesizedStack): void {
  it('keeps the catalog: retained, protected, with point-in-time recovery', () => {
    const catalog = stack
      .ofType('AWS::DynamoDB::GlobalTable')
      .find(({ Properties }) => 'GlobalSecondaryIndexes' in Properties);
    expect(catalog?.DeletionPolicy).toBe('Retain');
    expect(catalog?.Properties['Replicas']).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    ]);
  });

  it('names what holds data as ever: under another logical id it would be made anew, empty', () => {
    const holding = ['AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret', 'AWS::SQS::Queue'];
    const ids = Object.entries(stack.byId()).filter(([, { Type }]) => holding.includes(Type));
    expect(Object.fromEntries(ids.map(([id, { DeletionPolicy }]) => [id, DeletionPolicy]))).toEqual({
      ConcordTablesCatalog8B059D07: 'Retain',
      ConcordTablesEphemeralFD8458E5: 'Delete',
      ConcordStripeKey55EBF351: 'Retain',
      ConcordStripeKeyReadKey671350C6: 'Retain',
      ConcordWebhookSecrets3808AB20: 'Retain',
      ConcordPokesQueueB97B7786: 'Delete',
      ConcordPokesDeadLetters36D31D39: 'Delete',
    });
  });

  it('encrypts what it keeps, and expires what is to expire', () => {
    const tables = stack.ofType('AWS::DynamoDB::GlobalTable').map(({ Properties }) => Properties);
    for (const table of tables) {
      expect(table).toMatchObject({ SSESpecification: { SSEEnabled: true }, BillingMode: 'PAY_PER_REQUEST' });
    }
    expect(tables.map(({ TimeToLiveSpecification: ttl }) => ttl)).toEqual([
      { AttributeName: 'expiresAtSeconds', Enabled: true },
      { AttributeName: 'expiration', Enabled: true },
    ]);
    const queues = stack.ofType('AWS::SQS::Queue').map(({ Properties }) => Properties);
    for (const queue of queues) expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
    expect(stack.ofType('AWS::SQS::QueuePolicy')).toHaveLength(queues.length);
  });

  it('gives a message time to be worked on six times, and then keeps it for a fortnight', () => {
    const queues = stack.ofType('AWS::SQS::Queue').map(({ Properties }) => Properties);
    expect(queues).toEqual([
      expect.objectContaining({ MessageRetentionPeriod: 14 * 24 * 3600 }),
      expect.objectContaining({
        VisibilityTimeout: 6 * Number(stack.functionNamed('sync').Properties['Timeout']),
        RedrivePolicy: expect.objectContaining({ maxReceiveCount: 5 }),
      }),
    ]);
  });
}
