import { changed, deleted, endingsWorld } from './endings-world.ts';
import { NEW, REFUSED } from './saga-world.ts';

const KEPT_SECONDS = 30 * 24 * 3600;
const OTHER = 'janet@example.com';

describe('a create', () => {
  it('holds the email and the customer from its beginning', async () => {
    const { beginCreate, operation, customer, claim, at, pass } = await endingsWorld();
    const operationId = await beginCreate();
    pass(-1_000);
    const { customerId, ...begun } = await operation(operationId);
    expect(begun).toEqual({
      ...{ id: operationId, kind: 'create', status: 'running', format: 1, before: null, after: NEW, version: 1 },
      ...{ customerCreatedAt: at(), createdAt: at(), updatedAt: at(), attemptSince: at(), lastSentAt: at() },
      ...{ fence: 1, attempt: 1, sent: 1, answered: 0, steps: [], dueAt: expect.any(String) },
    });
    expect(await customer(customerId)).toEqual({
      ...{
        id: customerId,
        ...NEW,
        status: 'pending',
        version: 1,
        createdAt: at(),
        updatedAt: at(),
        owner: operationId,
      },
    });
    expect(await claim(NEW.email)).toEqual({ state: 'reserved', customerId, operationId });
  });

  it('that succeeds leaves a customer on both sides', async () => {
    const { beginCreate, take, operation, customer, claim, link, standing, lastAudit, twin, at, deps } =
      await endingsWorld();
    const operationId = await beginCreate();
    const { customerId, createdAt } = await operation(operationId);
    expect(await take('apply', operationId)).toBe('succeeded');
    const { externalId = '', ...ended } = await operation(operationId);
    const requestId = ended.steps[0]?.stripeRequestId;
    expect(ended).toMatchObject({
      ...{ status: 'succeeded', endedAt: at(), updatedAt: at() },
      expiresAtSeconds: Math.floor(deps.clock.nowMs() / 1000) + KEPT_SECONDS,
      steps: [{ name: 'apply', attempt: 1, startedAt: at(), endedAt: at(), outcome: 'accepted' }],
    });
    expect(ended).not.toHaveProperty('dueAt');
    expect(requestId).toMatch(/^req_/);
    expect(await customer(customerId)).toEqual({
      ...{ id: customerId, ...NEW, status: 'active', version: 1, createdAt, updatedAt: createdAt, listKey: customerId },
    });
    expect(await claim(NEW.email)).toEqual({ state: 'held', customerId });
    expect(await link(externalId)).toEqual({ customerId });
    expect(await standing(customerId)).toEqual({
      ...{ status: 'synced', externalId, base: NEW, syncedVersion: 1, revision: 0, tries: 0 },
      ...{ lastSyncedAt: at(), lastAttemptAt: at() },
    });
    expect(await lastAudit(customerId)).toEqual({
      ...{ at: at(), cause: 'api', operationId, before: null, after: NEW, stripeRequestId: requestId },
    });
    expect(await twin(externalId)).toMatchObject({ ...NEW, owner: { customerId, operationId } });
  });

  it('whose twin somebody has looked at already is due at once, and poked', async () => {
    const { beginCreate, take, operation, standing, link, at, setLink, deps, inside, pokes } = await endingsWorld();
    const operationId = await beginCreate();
    const { customerId } = await operation(operationId);
    const made = await inside(() =>
      deps.integration.createCustomer({ ...NEW, ownership: { customerId, operationId } }, `${operationId}:1`),
    );
    const externalId = made.is === 'accepted' ? made.value.externalId : '';
    await setLink(externalId, { revision: 1 });
    expect(await take('apply', operationId)).toBe('succeeded');
    expect(await standing(customerId)).toMatchObject({ status: 'pending', apartSince: at(), dueAt: at(), externalId });
    expect(await link(externalId)).toMatchObject({ customerId });
    expect(pokes).toContainEqual({ customerId });
  });

  it('that came to nothing leaves a tombstone without personal data, and a free email', async () => {
    const { beginCreate, take, operation, customer, claim, standing, lastAudit, at, pokes, deps } =
      await endingsWorld();
    const operationId = await beginCreate();
    const { customerId, createdAt } = await operation(operationId);
    expect(await take('apply', operationId, { createCustomer: async () => REFUSED })).toBe('rejected');
    expect(await take('release', operationId)).toBe('compensated');
    expect(await customer(customerId)).toEqual({
      ...{ id: customerId, name: null, email: null, status: 'deleted', version: 1, createdAt, updatedAt: at() },
    });
    expect([await claim(NEW.email), await standing(customerId), await lastAudit(customerId), pokes]).toEqual([
      ...[undefined, undefined, undefined, []],
    ]);
    const ended = await operation(operationId);
    expect(ended).toMatchObject({
      ...{ status: 'compensated', endedAt: at(), updatedAt: at(), problem: { type: 'stripe-rejected' } },
      expiresAtSeconds: Math.floor(deps.clock.nowMs() / 1000) + KEPT_SECONDS,
      steps: [{ name: 'apply' }, { name: 'release', startedAt: at(), endedAt: at(), outcome: 'compensated' }],
    });
    expect(ended).not.toHaveProperty('dueAt');
  });

  it('that was given up ends as one that could not reach Stripe', async () => {
    const { beginCreate, take, operation } = await endingsWorld();
    const operationId = await beginCreate();
    await take('giveUp', operationId);
    await take('undo', operationId);
    await take('release', operationId);
    expect(await operation(operationId)).toMatchObject({ problem: { type: 'stripe-unavailable' } });
  });
});

describe('an update', () => {
  it('changes nothing that is seen until Stripe has accepted it', async () => {
    const { operationId, customer, before, claim, email, id, operation } = await changed({
      name: 'Janet',
      email: OTHER,
    });
    expect(await customer(id)).toEqual({ ...before, owner: operationId });
    expect([await claim(email), await claim(OTHER)]).toEqual([
      { state: 'held', customerId: id },
      { state: 'reserved', customerId: id, operationId },
    ]);
    expect(await operation(operationId)).toMatchObject({
      ...{ kind: 'update', fields: { name: 'Janet', email: OTHER }, after: { name: 'Janet', email: OTHER } },
    });
  });

  it('that succeeds stands on both sides', async () => {
    const it = await changed({ name: 'Janet', email: OTHER });
    const { take, operationId, id, externalId, email, before, at, standing, twin, pokes } = it;
    const stood = await standing(id);
    expect(await take('apply', operationId)).toBe('succeeded');
    const after = { name: 'Janet', email: OTHER };
    expect(await it.customer(id)).toEqual({ ...before, ...after, version: 2, updatedAt: at() });
    expect([await it.claim(email), await it.claim(OTHER)]).toEqual([undefined, { state: 'held', customerId: id }]);
    expect(await standing(id)).toEqual({
      ...{ ...stood, status: 'synced', base: after, syncedVersion: 2, lastSyncedAt: at(), lastAttemptAt: at() },
    });
    expect(await it.lastAudit(id)).toMatchObject({ before: { name: 'Twin 1', email }, after, operationId });
    expect(await twin(externalId)).toMatchObject(after);
    expect(pokes).toEqual([]);
  });

  it('of one field leaves what is known of the other as it was', async () => {
    const { take, operationId, id, standing, setSync, email, claim } = await changed({ name: 'Janet' });
    const conflict = { field: 'email', stripeValue: OTHER, since: '2026' } as const;
    await setSync(id, { conflict, seen: { name: 'Old' }, lastError: 'once', tries: 3, retryAt: '2027', dueAt: '2027' });
    expect(await take('apply', operationId)).toBe('succeeded');
    const { seen, lastError, retryAt, dueAt, ...after } = (await standing(id)) ?? {};
    expect(after).toMatchObject({ base: { name: 'Janet', email }, conflict, tries: 0 });
    expect([seen, lastError, retryAt, dueAt]).toEqual([undefined, undefined, undefined, undefined]);
    expect(await claim(email)).toEqual({ state: 'held', customerId: id });
  });

  it('of the email ends a conflict', async () => {
    const { take, operationId, id, standing, setSync } = await changed({ email: OTHER });
    await setSync(id, { conflict: { field: 'email', stripeValue: 'x@example.com', since: '2026' } });
    expect(await take('apply', operationId)).toBe('succeeded');
    expect(await standing(id)).not.toHaveProperty('conflict');
  });

  it('during which somebody asked to look is looked at at once', async () => {
    const { take, operationId, id, standing, setSync, at, pokes } = await changed({ name: 'Janet' });
    await setSync(id, { lookAgain: true });
    expect(await take('apply', operationId)).toBe('succeeded');
    const after = await standing(id);
    expect(after).toMatchObject({ status: 'pending', apartSince: at(), dueAt: at(), base: { name: 'Janet' } });
    expect([after?.lookAgain, pokes]).toEqual([undefined, [{ customerId: id }]]);
  });

  it('that Stripe refuses leaves all as it was, and pokes who waited', async () => {
    const it = await changed({ name: 'Janet', email: OTHER });
    const { take, operationId, id, before, email, pokes, standing } = it;
    const stood = await standing(id);
    await take('apply', operationId, { updateCustomer: async () => REFUSED });
    expect(await take('release', operationId)).toBe('compensated');
    expect([await it.customer(id), await standing(id)]).toEqual([before, stood]);
    expect([await it.claim(email), await it.claim(OTHER)]).toEqual([{ state: 'held', customerId: id }, undefined]);
    expect(pokes).toEqual([{ customerId: id }]);
  });

  it('that may have changed Stripe is followed by a look', async () => {
    const { take, operationId, id, setOperation, standing, operation, at } = await changed({ name: 'Janet' });
    await setOperation(operationId, { answered: 1, mayHaveLanded: true });
    expect(await take('giveUp', operationId)).toBe('rejected');
    expect(await take('release', operationId)).toBe('compensated');
    const { createdAt } = await operation(operationId);
    expect(await standing(id)).toMatchObject({ status: 'pending', apartSince: createdAt, dueAt: at() });
  });

  it('of one whom Stripe has not got creates it there, with the new values', async () => {
    const it = await endingsWorld();
    const { deps, take, operation, standing, twin, claim, link } = it;
    const made = await it.twins();
    await it.setSync(made.id, { externalId: undefined, base: undefined, syncedVersion: undefined });
    await it.dashboard('DELETE', `/${made.externalId}`);
    const operationId = await it.beginUpdate(made.id, { email: OTHER });
    expect(await operation(operationId)).not.toHaveProperty('externalId');
    expect(await take('apply', operationId)).toBe('succeeded');
    const { externalId = '' } = await operation(operationId);
    const after = { name: 'Twin 1', email: OTHER };
    expect(await twin(externalId)).toMatchObject({ ...after, owner: { customerId: made.id, operationId } });
    expect(await standing(made.id)).toMatchObject({ externalId, base: after, status: 'synced' });
    expect([await claim(OTHER), await link(externalId)]).toMatchObject([{ state: 'held' }, { customerId: made.id }]);
    expect(deps.integrations).toEqual(['stripe']);
  });
});

describe('a delete', () => {
  it('holds the customer, as one that is being deleted', async () => {
    const { operationId, customer, id, before, operation, externalId } = await deleted();
    expect(await customer(id)).toEqual({ ...before, status: 'deleting', owner: operationId });
    expect(await operation(operationId)).toMatchObject({ kind: 'delete', after: null, externalId });
  });

  it('that succeeds leaves a tombstone, and a free email', async () => {
    const { take, operationId, id, externalId, email, before, at, standing, ...it } = await deleted();
    const conflict = { field: 'email', stripeValue: OTHER, since: '2026' } as const;
    await it.setSync(id, { conflict, seen: { name: 'Old' }, lastError: 'once', tries: 3, retryAt: '2027' });
    const { base, conflict: _, seen, lastError, retryAt, ...stood } = (await standing(id)) ?? {};
    expect(await take('apply', operationId)).toBe('succeeded');
    const { listKey, ...known } = before ?? {};
    expect(await it.customer(id)).toEqual({
      ...{ ...known, name: null, email: null, status: 'deleted', version: 2, updatedAt: at() },
    });
    expect(await it.claim(email)).toBeUndefined();
    expect(await standing(id)).toEqual({
      ...{ ...stood, status: 'synced', isTombstone: true, isGone: true, syncedVersion: 2, tries: 0 },
      lastAttemptAt: at(),
    });
    expect(await it.lastAudit(id)).toMatchObject({ before: { name: 'Twin 1', email }, after: null, operationId });
    expect(await it.twin(externalId)).toMatchObject({ isDeleted: true });
    expect([base, seen, lastError, retryAt, listKey].includes(undefined)).toBe(false);
    expect(it.pokes).toEqual([]);
  });

  it('during which somebody asked to look is looked at at once', async () => {
    const { take, operationId, id, standing, setSync, at, pokes } = await deleted();
    await setSync(id, { lookAgain: true });
    expect(await take('apply', operationId)).toBe('succeeded');
    const after = await standing(id);
    expect([after?.dueAt, after?.lookAgain, pokes]).toEqual([at(), undefined, [{ customerId: id }]]);
  });

  it('that Stripe refuses leaves all as it was', async () => {
    const { take, operationId, id, before, customer, standing } = await deleted();
    const stood = await standing(id);
    await take('apply', operationId, { deleteCustomer: async () => REFUSED });
    expect(await take('release', operationId)).toBe('compensated');
    expect([await customer(id), await standing(id)]).toEqual([before, stood]);
  });

  it('of one that never reached Stripe asks it nothing', async () => {
    const it = await endingsWorld();
    const { id, externalId } = await it.twins();
    await it.setSync(id, { externalId: undefined });
    const operationId = await it.beginDelete(id);
    const deleteCustomer = () => Promise.reject(new Error('It was asked.'));
    expect(await it.take('apply', operationId, { deleteCustomer })).toBe('succeeded');
    expect(await it.operation(operationId)).not.toHaveProperty('externalId');
    expect(await it.customer(id)).toMatchObject({ status: 'deleted' });
    expect(await it.twin(externalId)).toMatchObject({ isDeleted: false });
  });

  it('that holds its customer no more ends in an error, not in silence', async () => {
    const { take, operationId, id, setCustomer, setOperation } = await deleted();
    await setCustomer(id, { owner: 'another' });
    await expect(take('apply', operationId)).rejects.toThrow('no longer holds customer');
    await setOperation(operationId, { status: 'compensating' });
    await expect(take('release', operationId)).rejects.toThrow('does not hold customer any more');
    const other = await deleted();
    await other.remove({ type: 'sync', customerId: other.id, integration: 'stripe' });
    await expect(other.take('apply', other.operationId)).rejects.toThrow('no longer holds sync');
  });
});
