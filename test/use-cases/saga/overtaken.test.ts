import { answering } from '../answering.ts';
import { BROKEN, createSagaWorld, REFUSED, SAVED, UNANSWERED } from './saga-world.ts';

describe('a step of an executor that does not count any more', () => {
  const ALL = ['apply', 'resolve', 'giveUp', 'undo', 'release'] as const;

  it.each(ALL)('does nothing: %s', async (name) => {
    const { beginCreate, take, setOperation, operation, sandbox } = createSagaWorld();
    const operationId = await beginCreate();
    for (const [id, change] of [
      ['none', { fence: 1 }],
      [operationId, { status: 'needs_attention' }],
      [operationId, { status: 'succeeded' }],
      [operationId, { status: 'running', fence: 2 }],
    ] as const) {
      await setOperation(operationId, change);
      expect(await take(name, id)).toBe('superseded');
    }
    expect([(await operation(operationId)).sent, sandbox.state.customers.values()]).toEqual([1, []]);
  });

  it.each(['apply', 'resolve'] as const)('leaves what is being undone to that: %s', async (name) => {
    const { beginCreate, take } = createSagaWorld();
    const operationId = await beginCreate();
    await take('giveUp', operationId);
    expect(await take(name, operationId)).toBe('compensating');
  });

  it.each([
    ['refuses', REFUSED, 'superseded'],
    ['does not answer', UNANSWERED, 'Another executor of this operation was faster.'],
    ['breaks', BROKEN, 'Another executor of this operation was faster.'],
  ] as const)('writes nothing of what Stripe says meanwhile: it %s', async (_, outcome, expected) => {
    const { beginCreate, take, setOperation, operation } = createSagaWorld();
    const operationId = await beginCreate();
    const createCustomer = async () => {
      await setOperation(operationId, { fence: 2 });
      return outcome;
    };
    const told = await take('apply', operationId, { createCustomer }).catch((error: Error) => error.message);
    expect([told, (await operation(operationId)).steps]).toEqual([expected, []]);
  });

  it('commits nothing that Stripe has accepted, once it is overtaken', async () => {
    const { beginDelete, twins, take, setOperation, read } = createSagaWorld();
    const { id } = await twins();
    const operationId = await beginDelete(id);
    const deleteCustomer = async () => {
      await setOperation(operationId, { fence: 2 });
      return { is: 'accepted', value: { externalId: 'cus_1' }, requestId: 'req_2' } as const;
    };
    expect(await take('apply', operationId, { deleteCustomer })).toBe('superseded');
    expect(await read({ type: 'customer', customerId: id })).toMatchObject({ status: 'deleting' });
  });

  it('sends nothing, gives up nothing and releases nothing when it is overtaken as it writes', async () => {
    const { beginCreate, take, setOperation, deps, sandbox } = createSagaWorld();
    const operationId = await beginCreate();
    const overtaken = () => {
      const commit: typeof deps.store.commit = async (writes) => {
        await setOperation(operationId, { attempt: 9 });
        return deps.store.commit(writes);
      };
      return { store: answering(deps.store, { commit }) };
    };
    await expect(take('resolve', operationId, {}, overtaken())).rejects.toThrow('was faster');
    await setOperation(operationId, { attempt: 1 });
    expect(await take('giveUp', operationId, {}, overtaken())).toBe('superseded');
    await setOperation(operationId, { attempt: 1, status: 'compensating' });
    expect(await take('undo', operationId, {}, overtaken())).toBe('superseded');
    await setOperation(operationId, { attempt: 1 });
    expect(await take('release', operationId, {}, overtaken())).toBe('superseded');
    expect(sandbox.state.customers.values()).toEqual([]);
  });

  it('gives back nothing before Stripe has refused, or it is undone', async () => {
    const { beginCreate, take, operation } = createSagaWorld();
    const operationId = await beginCreate();
    expect(await take('release', operationId)).toBe('superseded');
    expect(await operation(operationId)).toMatchObject({ status: 'running', steps: [] });
  });

  it('sends nothing any more once another one was refused', async () => {
    const { beginCreate, take, setOperation, deps, sandbox } = createSagaWorld();
    const operationId = await beginCreate();
    const commit: typeof deps.store.commit = async (writes) => {
      await setOperation(operationId, { problem: { type: 'stripe-rejected', detail: 'no' } });
      return deps.store.commit(writes);
    };
    const refused = { store: answering(deps.store, { commit }) };
    await expect(take('resolve', operationId, {}, refused)).rejects.toThrow('was faster');
    expect(sandbox.state.customers.values()).toEqual([]);
  });

  it('takes no new key when it is overtaken as it looks', async () => {
    const { beginCreate, take, setOperation, operation } = createSagaWorld();
    const operationId = await beginCreate();
    const findOwned = async () => {
      await setOperation(operationId, { fence: 2 });
      return undefined;
    };
    expect(await take('apply', operationId, { createCustomer: async () => SAVED, findOwned })).toBe('superseded');
    expect(await operation(operationId)).toMatchObject({ attempt: 1, fence: 2 });
  });

  it('parks nothing when it is overtaken as it parks', async () => {
    const { beginCreate, take, setOperation, operation, deps } = createSagaWorld();
    const operationId = await beginCreate();
    await take('giveUp', operationId);
    let commits = 0;
    const commit: typeof deps.store.commit = async (writes) => {
      commits += 1;
      if (commits === 3) await setOperation(operationId, { fence: 2 });
      return deps.store.commit(writes);
    };
    const overtaken = { store: answering(deps.store, { commit }) };
    expect(await take('undo', operationId, { isUnused: async () => false }, overtaken)).toBe('superseded');
    expect(await operation(operationId)).toMatchObject({ status: 'compensating', steps: [] });
  });
});
