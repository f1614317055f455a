import { MalformedEventError } from '#adapters/stripe-webhook/event-fields.ts';
import { type NormalisedEvent, normaliseEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { systemDigest } from '#adapters/system/system.ts';
import { digestOf } from '#ports/pokes.ts';
import { snapshot, thin } from './events.ts';

const normalise = (value: unknown): NormalisedEvent => normaliseEvent(systemDigest, value);
const updated = (previous_attributes: unknown) =>
  normalise(snapshot('customer.updated', { data: { object: { id: 'cus_1' }, previous_attributes } }));
const noticeOf = ({ poke }: NormalisedEvent) => (poke === 'ignored' ? undefined : poke.event);

describe('an event', () => {
  it.each(['created', 'deleted'])('of a customer that was %s tells where to look and why', (kind) => {
    expect(normalise(snapshot(`customer.${kind}`))).toEqual({
      id: 'evt_1',
      type: `customer.${kind}`,
      livemode: false,
      account: undefined,
      apiVersion: '2026-10-28.endive',
      poke: {
        externalId: 'cus_1',
        event: { id: 'evt_1', kind, createdAt: '2026-11-18T11:06:40.000Z', key: 'op-1:1' },
      },
    });
  });

  it.each(['created', 'updated', 'deleted'])(
    'that is thin tells the same, but nothing of values before (%s)',
    (kind) => {
      expect(normalise(thin(`v1.customer.${kind}`, { context: 'acct_1' }))).toEqual({
        id: 'evt_test_2',
        type: `v1.customer.${kind}`,
        livemode: false,
        account: 'acct_1',
        apiVersion: undefined,
        poke: {
          externalId: 'cus_2',
          event: { id: 'evt_test_2', kind, createdAt: '2026-11-23T03:28:31.000Z', key: 'cus-1:2' },
        },
      });
    },
  );

  it('of an update tells the digests of the name and email before', () => {
    const event = updated({ name: 'Jane Roe', email: null, phone: '+49 1' });
    expect(noticeOf(event)?.previous).toEqual({
      name: digestOf(systemDigest, 'evt_1', 'Jane Roe'),
      email: digestOf(systemDigest, 'evt_1', null),
    });
    expect(JSON.stringify(event)).not.toMatch(/Jane|\+49/);
    expect(noticeOf(updated({ email: 'a@example.com' }))?.previous).toEqual({
      email: digestOf(systemDigest, 'evt_1', 'a@example.com'),
    });
  });

  it.each([[{ phone: '+49 1' }], [{}], [undefined]])('of an update of neither tells that: %j', (previous) => {
    expect(noticeOf(updated(previous))?.previous).toEqual({});
  });

  it.each([[null], ['req_1'], [{ id: 'req_1', idempotency_key: null }], [{ idempotency_key: 'jane@example.com' }]])(
    'tells no key when the request is %j: there is none, or it may be personal',
    (request) => {
      const notice = noticeOf(normalise(snapshot('customer.created', { request })));
      expect(notice).toMatchObject({ id: 'evt_1' });
      expect(notice).not.toHaveProperty('key');
    },
  );

  it.each([
    snapshot('invoice.paid', { data: { object: { id: 'in_1' } } }),
    snapshot('customer.subscription.updated', { created: 'whenever' }),
    snapshot('v1.customer.created'),
    thin('v1.invoice.paid', { related_object: null }),
    thin('customer.created'),
    thin('v2.core.account.updated'),
  ])('that changes no customer is ignored: $type', (event) => {
    expect(normalise(event).poke).toBe('ignored');
  });

  it.each([
    ['/object', null],
    ['/object', []],
    ['/object', 'evt_1'],
    ['/object', { id: 'cus_1', object: 'customer' }],
    ['/id', snapshot('customer.created', { id: 7 })],
    ['/id', snapshot('customer.created', { id: 'evt 1' })],
    ['/type', snapshot('customer.created', { type: undefined })],
    ['/livemode', snapshot('customer.created', { livemode: 'false' })],
    ['/created', snapshot('customer.created', { created: '1795000000' })],
    ['/created', snapshot('customer.created', { created: 1e300 })],
    ['/created', thin('v1.customer.created', { created: 'yesterday' })],
    ['/account', snapshot('customer.created', { account: 7 })],
    ['/context', thin('v1.customer.created', { context: {} })],
    ['/data/object/id', snapshot('customer.created', { data: null })],
    ['/data/object/id', snapshot('customer.created', { data: { object: { id: 'jane@example.com' } } })],
    ['/related_object/id', thin('v1.customer.deleted', { related_object: null })],
  ])('is malformed when something stands wrong at %s (%#)', (pointer, value) => {
    expect(() => normalise(value)).toThrow(new MalformedEventError(pointer));
  });

  it('is malformed when a value before is no text', () => {
    expect(() => updated({ name: ['Jane'] })).toThrow(new MalformedEventError('/data/previous_attributes/name'));
  });
});
