/** A snapshot event, as a webhook or the event list brings it. */
export function snapshot(type: string, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_795_000_000,
    data: { object: { id: 'cus_1', object: 'customer', name: 'Jane', email: 'jane@example.com' } },
    livemode: false,
    request: { id: 'req_1', idempotency_key: 'op-1:1' },
    type,
    ...fields,
  };
}

/** A thin event: it tells what to look at, and no value of it. */
export function thin(type: string, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'evt_test_2',
    object: 'v2.core.event',
    context: null,
    created: '2026-11-23T03:28:31.789Z',
    livemode: false,
    reason: { type: 'request', request: { id: 'req_2', idempotency_key: 'cus-1:2' } },
    related_object: { id: 'cus_2', type: 'customer', url: '/v1/customers/cus_2' },
    type,
    ...fields,
  };
}
