import type { OperationKind } from '#domain/operation.ts';
import { stripeUnavailable } from '#domain/problem.ts';
import { equal, missing } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { LinkRecord, OperationRecord } from '#ports/records.ts';
import type { StepDeps } from '#use-cases/saga/executor.ts';
import { wasLookedAt } from '#use-cases/saga/kinds/kind.ts';
import { KINDS } from '#use-cases/saga/kinds/kinds.ts';
import { endingsWorld } from './endings-world.ts';
import { NEW } from './saga-world.ts';

describe('what is given up', () => {
  it.each([
    ['create', 'is undone', { isUndone: true, isRepeatable: false, goesForward: false }],
    ['update', 'is settled by what Stripe shows', { isUndone: false, isRepeatable: false, goesForward: false }],
    [
      'delete',
      'goes forward, and is sent again at any age',
      { isUndone: false, isRepeatable: true, goesForward: true },
    ],
  ] as const)('of a %s %s', (kind, _, expected) => {
    expect(KINDS[kind]).toMatchObject(expected);
  });
});

const BEGUN: OperationRecord = {
  ...{ id: 'o', kind: 'update', customerId: 'c', status: 'running', before: NEW, after: NEW, version: 4, fields: {} },
  ...{ customerCreatedAt: '2026', createdAt: '2026', updatedAt: '2026', attemptSince: '2026', lastSentAt: '2026' },
  ...{ fence: 1, attempt: 1, sent: 1, answered: 0, steps: [] },
};

describe('the success of an operation', () => {
  const deps = { integration: { name: 'stripe' } as Integration } as StepDeps;
  const written = (kind: OperationKind, more: Partial<OperationRecord>) =>
    KINDS[kind].succeed(deps, { ...BEGUN, kind, ...more }, { externalId: 'cus_1', at: '2027' }, true);

  it.each(['update', 'delete'] as const)('holds only while the customer has the twin that it had: %s', (kind) => {
    expect(written(kind, { externalId: 'cus_1' }).sync).toMatchObject({ when: equal('externalId', 'cus_1') });
    expect(written(kind, {}).sync).toMatchObject({ when: missing('externalId') });
  });

  it('of a delete shows by a twin that is deleted, or that Stripe does not know', async () => {
    const shown = (twin: unknown) => {
      const integration = { findCustomer: async () => twin } as unknown as Integration;
      return KINDS.delete.look({ integration } as StepDeps, { ...BEGUN, kind: 'delete', externalId: 'cus_1' });
    };
    expect(await shown(undefined)).toBe('cus_1');
    expect(await shown({ isDeleted: true })).toBe('cus_1');
    expect(await shown({ isDeleted: false })).toBeUndefined();
  });

  it('links a twin that it has made, and writes no link that is there', () => {
    expect(written('update', {}).link).toMatchObject({ key: { externalId: 'cus_1' }, change: { customerId: 'c' } });
    expect(written('update', { externalId: 'cus_1' }).link).toBeUndefined();
  });
});

describe('an update that is given up', () => {
  it('has nothing to be looked at when there is no twin', () => {
    const given = (more: Partial<OperationRecord>) =>
      KINDS.update.release({ ...BEGUN, problem: stripeUnavailable(), ...more }, '2027').sync;
    expect(given({})).toBeUndefined();
    expect(given({ externalId: 'cus_1' })).toMatchObject({ change: { status: 'pending', dueAt: '2027' } });
  });
});

describe('the twin that a create has made', () => {
  /** Takes the step that ends a create whose twin has this link by then. */
  async function ended(linkOf: (customerId: string) => LinkRecord) {
    const { beginCreate, take, operation, setLink, standing, deps, inside } = await endingsWorld();
    const operationId = await beginCreate();
    const { customerId } = await operation(operationId);
    const made = await inside(() =>
      deps.integration.createCustomer({ ...NEW, ownership: { customerId, operationId } }, `${operationId}:1`),
    );
    await setLink(made.is === 'accepted' ? made.value.externalId : '', linkOf(customerId));
    return { take: () => take('apply', operationId), standing: () => standing(customerId) };
  }

  it.each([{}, { revision: 3 }])('is not taken from whom it is linked to: %j', async (more) => {
    const { take, standing } = await ended(() => ({ customerId: 'another', ...more }));
    await expect(take()).rejects.toThrow('no longer holds link');
    expect(await standing()).toBeUndefined();
  });

  it('may be linked to the customer already', async () => {
    const { take, standing } = await ended((customerId) => ({ customerId, revision: 3 }));
    expect([await take(), (await standing())?.status]).toEqual(['succeeded', 'synced']);
  });

  it.each([
    ['nobody knows of it', undefined, false],
    ['nobody has looked', {}, false],
    ['somebody has', { revision: 1 }, true],
    ['it was linked since', { revision: 1, customerId: 'c' }, false],
    ['it was linked unseen', { customerId: 'c' }, false],
  ] as const)('was looked at before it was anybody’s when %s', (_, link, expected) => {
    expect(wasLookedAt(link)).toBe(expected);
  });
});
