import { failureRate, type IntegrationHealth, isIntegrationHealthy } from '#domain/integration-health.ts';
import { isHealthy } from '#domain/sync-health.ts';

const WELL: Omit<IntegrationHealth, 'isHealthy'> = {
  ...{ asOf: '2026-01-01T00:00:00.000Z', recentAttempts: 8, recentFailures: 2, history: [], oldestPendingSeconds: 899 },
  counts: { pending: 3, synced: 5, failed: 0, orphaned: 0, conflict: 2 },
  operations: { running: 1, compensating: 1, needs_attention: 0 },
  webhooks: { lastReceivedAt: null, deadLetterCount: 0 },
};

describe('an integration', () => {
  it('is well while what is open passes by itself, or is for a person to decide', () => {
    expect(isIntegrationHealthy(WELL)).toBe(true);
  });

  it.each<[string, Partial<typeof WELL>]>([
    ['somebody has failed', { counts: { ...WELL.counts, failed: 1 } }],
    ['somebody is an orphan', { counts: { ...WELL.counts, orphaned: 1 } }],
    ['an operation needs attention', { operations: { ...WELL.operations, needs_attention: 1 } }],
    ['a message is dead', { webhooks: { ...WELL.webhooks, deadLetterCount: 1 } }],
    ['somebody has been pending for 15 minutes', { oldestPendingSeconds: 900 }],
  ])('is not when %s', (_, wrong) => {
    expect(isIntegrationHealthy({ ...WELL, ...wrong })).toBe(false);
  });

  it.each([
    [8, 2, 0.25],
    [4, 4, 1],
    [4, 0, 0],
    [0, 0, 0],
  ])('that was tried %d times and failed %d has failed at this rate: %d', (recentAttempts, recentFailures, rate) => {
    expect(failureRate({ ...WELL, isHealthy: true, recentAttempts, recentFailures })).toBe(rate);
  });
});

describe('a customer', () => {
  it.each([
    ['synced', undefined, true],
    ['synced', 'running', true],
    ['synced', 'compensating', true],
    ['synced', 'needs_attention', false],
    ['pending', undefined, false],
    ['failed', undefined, false],
    ['conflict', undefined, false],
    ['orphaned', 'running', false],
  ] as const)('that is %s, with an operation that is %s, is well: %p', (status, operation, isWell) => {
    expect(isHealthy([status], operation)).toBe(isWell);
  });
});
