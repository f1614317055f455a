import { createCallLog } from '../../local/calls.ts';

const call = { at: '2026-11-23T00:00:00.000Z', function: 'f', service: 'dynamodb', action: 'GetItem' } as const;
const capacity = { read: 1, write: 0 };

describe('the log of calls', () => {
  it('shows a call from its beginning, and completes it at its end', () => {
    const log = createCallLog();
    const end = log.begin({ ...call, fault: 'lost-reply' });
    expect(log.list()).toEqual([{ seq: 1, ...call, fault: 'lost-reply', capacity: null, duration_ms: null }]);
    expect(log.running()).toBe(1);
    end(capacity);
    expect(log.list()[0]).toMatchObject({ capacity, duration_ms: expect.any(Number) });
    expect(log.running()).toBe(0);
  });

  it('lists what came after a number, which stays good when the log is cleared', () => {
    const log = createCallLog();
    for (let made = 0; made < 5; made += 1) log.begin(call);
    expect(log.list(3).map(({ seq }) => seq)).toEqual([4, 5]);
    log.clear();
    expect(log.list()).toEqual([]);
    log.begin(call);
    expect(log.list(5).map(({ seq }) => seq)).toEqual([6]);
    expect(log.list(6)).toEqual([]);
  });

  it('keeps the newest 200,000', () => {
    const log = createCallLog();
    for (let made = 0; made < 215_000; made += 1) log.begin(call);
    const kept = log.list();
    expect(kept.length).toBe(200_000);
    expect(kept[0]?.seq).toBe(15_001);
    expect(log.list(214_999).map(({ seq }) => seq)).toEqual([215_000]);
  });
});
