import {
  actionName,
  askedFor,
  attentionOf,
  attentionOfOperation,
  counted,
  illnesses,
  moment,
  percent,
  span,
  verdictOf,
} from '#console/words.ts';

const STRIPE = {
  ...{ external_id: 'cus_1', last_synced_at: null, last_attempt_at: null, retry_count: 1, next_retry_at: null },
  ...{ error: null, conflict: null },
};
const HEALTH = {
  ...{ integration: 'stripe', as_of: '2026-11-02T09:30:00.000Z', history: [] },
  ...{ recent_attempts: 0, recent_failures: 0, failure_rate: 0, oldest_pending_seconds: 0 },
  counts: { pending: 0, synced: 5, failed: 0, orphaned: 0, conflict: 1 },
  operations: { running: 1, compensating: 0, needs_attention: 0 },
  webhooks: { last_received_at: null, dead_letter_count: 0 },
};
type Standing = Parameters<typeof attentionOf>[0]['integrations']['stripe'];
const standing = (stripe: Partial<Standing>) =>
  attentionOf({
    ...{ customer_id: 'c1', healthy: false, open_operation: null },
    integrations: { stripe: { ...STRIPE, status: 'synced', ...stripe } },
  });

describe('the words of the console', () => {
  it('tell moments, spans, shares and counts', () => {
    expect(moment('2026-11-02T09:30:05.123Z')).toBe('2026-11-02 09:30:05');
    expect([0.4, 59, 61, 3_700, 90_000].map(span)).toEqual(['0 s', '59 s', '1 min 1 s', '1 h 1 min', '1 d 1 h']);
    expect([0, 0.125, 1 / 3, 1].map(percent)).toEqual(['0 %', '12.5 %', '33.3 %', '100 %']);
    expect([counted(1, 'try', 'tries'), counted(0, 'try', 'tries'), counted(2, 'repair')]).toEqual([
      ...['1 try', '0 tries', '2 repairs'],
    ]);
  });

  it('name every reason why an integration is not healthy, and none when it is', () => {
    expect(illnesses({ ...HEALTH, healthy: true })).toEqual([]);
    const ill = {
      ...{ ...HEALTH, healthy: false, oldest_pending_seconds: 1000 },
      counts: { ...HEALTH.counts, failed: 2, orphaned: 1 },
      operations: { ...HEALTH.operations, needs_attention: 1 },
      webhooks: { ...HEALTH.webhooks, dead_letter_count: 3 },
    };
    expect(illnesses(ill)).toEqual([
      ...['2 customers failed', '1 customer orphaned', '1 operation waiting for a person', '3 dead letters'],
      'a customer pending for 16 min 40 s',
    ]);
  });

  it('say why a customer needs a person, and what to do next; of others nothing', () => {
    expect(standing({})).toBeUndefined();
    expect(standing({ status: 'pending' })).toBeUndefined();
    const failed = standing({ status: 'failed', error: 'Invalid email.', next_retry_at: '2026-11-02T09:30:05.000Z' });
    expect(failed).toEqual({ reason: 'Invalid email.', next: expect.stringContaining('2026-11-02 09:30:05') });
    expect(standing({ status: 'orphaned' })?.reason).toContain('cus_1');
    const conflict = {
      ...{ field: 'email' as const, stripe_value: 'ann@example.com', since: '2026-11-02T09:30:05.000Z' },
      other_customer_id: 'c2',
    };
    expect(standing({ status: 'conflict', conflict })?.reason).toBe(
      'Stripe has the email ann@example.com, which customer c2 has here.',
    );
  });

  it('say why an operation waits for a person', () => {
    const at = '2026-11-02T09:30:00.000Z';
    const step = { name: 'undo', attempt: 1, started_at: at, ended_at: at, outcome: 'parked' };
    const operation: Parameters<typeof attentionOfOperation>[0] = {
      ...{ id: 'o1', kind: 'create', customer_id: 'c1', status: 'needs_attention', created_at: at, updated_at: at },
      steps: [{ ...step, error: 'It has a subscription.' }, step],
    };
    expect(attentionOfOperation(operation).reason).toBe('It has a subscription.');
  });

  it('tell actions', () => {
    expect(actionName({ action: 'POST /operations/{id}/retry' })).toBe('Retry an operation');
    expect(actionName({ action: 'POST /new' })).toBe('POST /new');
    expect(askedFor({ asked: { keep: 'catalog', kinds: ['a', 'b'] } })).toBe('keep: catalog, kinds: a,b');
  });

  it.each([
    [{ catalog: 'A', stripe: ' A', base: null }, false, 'Both agree.'],
    [{ catalog: 'B', stripe: 'A', base: 'A' }, true, 'Changed in the catalog.'],
    [{ catalog: 'A', stripe: 'B', base: 'A' }, true, 'Changed in Stripe.'],
    [{ catalog: 'B', stripe: 'C', base: 'A' }, true, 'Changed on both sides.'],
  ])('tell who changed %j', (sides, differs, verdict) => {
    expect(verdictOf({ ...sides, differs })).toBe(verdict);
  });
});
