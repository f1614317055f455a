import { createFaults } from '../../local/faults.ts';

const call = { function: 'concord-local-api', service: 'stripe', action: 'POST /v1/customers' } as const;

/** Which of `count` calls were hit. */
function hits(faults: ReturnType<typeof createFaults>, count: number, made = call): boolean[] {
  return Array.from({ length: count }, () => faults.take(made) !== undefined);
}

describe('faults', () => {
  it('hits the next matching call, once, unless told otherwise', () => {
    const faults = createFaults();
    faults.add({ service: 'stripe', kind: 'lost-reply' });
    expect(hits(faults, 3)).toEqual([true, false, false]);
    expect(faults.list()).toEqual([]);
  });

  it('hits the nth call from now on, and the given number of consecutive ones', () => {
    const faults = createFaults();
    hits(faults, 5);
    faults.add({ service: 'stripe', kind: 'error', nth: 2, times: 2 });
    expect(hits(faults, 5)).toEqual([false, true, true, false, false]);
  });

  it('counts only calls of its service, function and action', () => {
    const faults = createFaults();
    faults.add({ ...call, kind: 'throttle', nth: 2 });
    expect(faults.take({ ...call, service: 'dynamodb' })).toBeUndefined();
    expect(faults.take({ ...call, function: 'concord-local-sync' })).toBeUndefined();
    expect(faults.take({ ...call, action: 'GET /v1/customers' })).toBeUndefined();
    expect(hits(faults, 2)).toEqual([false, true]);
  });

  it('counts a call on every fault that matches it, and applies the oldest', () => {
    const faults = createFaults();
    faults.add({ service: 'stripe', kind: 'delay', delay_ms: 5 });
    faults.add({ service: 'stripe', kind: 'error', nth: 2, status: 503 });
    expect(faults.take(call)).toMatchObject({ kind: 'delay', delay_ms: 5 });
    expect(faults.take(call)).toMatchObject({ kind: 'error', status: 503 });
  });

  it('forgets all of them when cleared', () => {
    const faults = createFaults();
    faults.add({ service: 'stripe', kind: 'error' });
    faults.clear();
    expect(hits(faults, 1)).toEqual([false]);
  });

  it.each([
    [undefined, 'A fault is a JSON object.'],
    [[], 'A fault is a JSON object.'],
    [{ kind: 'error' }, 'service must be one of'],
    [{ service: 'stripe' }, 'kind must be one of'],
    [{ service: 's3', kind: 'error' }, 'service must be one of'],
    [{ service: 'stripe', kind: 'error', nth: 0 }, 'nth must be a whole number'],
    [{ service: 'stripe', kind: 'error', times: '2' }, 'times must be a whole number'],
    [{ service: 'stripe', kind: 'error', status: 200 }, 'status must be a whole number'],
    [{ service: 'stripe', kind: 'delay', delay_ms: -1 }, 'delay_ms must be a whole number'],
    [{ service: 'stripe', kind: 'error', code: 'TransactionConflict' }, 'A code is for'],
    [{ service: 'dynamodb', kind: 'error', code: 'Conflict' }, 'code must be one of'],
    [{ service: 'stripe', kind: 'error', functions: 'x' }, 'A fault has no field functions'],
    [{ service: 'stripe', kind: 'error', action: 7 }, 'action must be a string'],
  ])('refuses %j', (body, sentence) => {
    const faults = createFaults();
    expect(() => faults.add(body)).toThrow(sentence);
    expect(faults.list()).toEqual([]);
  });
});
