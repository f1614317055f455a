import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import { OPERATION_FORMAT } from '#domain/operation.ts';
import { absent, put } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { OperationRecord } from '#ports/records.ts';
import { readAs } from '#use-cases/saga/executor.ts';

describe('a step of the saga', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const clock = { nowMs: () => Date.parse(at), sleep: async () => {} };
  const store = new MemoryCatalogStore(clock);
  const deps = {
    ...{ store, clock, integrations: INTEGRATIONS, integration: {} as Integration },
    pokes: { poke: async () => {} },
  };
  const begin = async (operationId: string, format: number | undefined) => {
    const operation: OperationRecord = {
      ...{ id: operationId, kind: 'create', customerId: 'c', status: 'running', before: null, after: null, version: 1 },
      ...{ customerCreatedAt: at, createdAt: at, updatedAt: at, attemptSince: at, lastSentAt: at },
      ...{ fence: 1, attempt: 1, sent: 1, answered: 0, steps: [], ...(format !== undefined && { format }) },
    };
    await store.commit({ operation: put({ type: 'operation', operationId }, operation, absent) });
    return readAs(deps, { operationId, fence: 1 });
  };

  it('goes on with an operation of its own format, of an earlier one and of one that does not say', async () => {
    expect(await begin('own', OPERATION_FORMAT)).toMatchObject({ id: 'own' });
    expect(await begin('silent', undefined)).toMatchObject({ id: 'silent' });
  });

  it('does nothing for an operation that a later version has begun', async () => {
    await expect(begin('later', OPERATION_FORMAT + 1)).rejects.toThrow('A later version has begun the operation');
  });
});
