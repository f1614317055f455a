import { dueKey, itemKey, scannedKey } from '#adapters/dynamodb/keys.ts';
import { normalizeEmail } from '#domain/email.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { RecordKey } from '#ports/records.ts';

const STRIPE = 'stripe' as const;
const EMAIL = normalizeEmail('jane@example.com');
/** `sha256sum` of the email, and of `["POST /customers","k"]`. */
const EMAIL_HASH = '8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d';
const KEY_HASH = 'e9cbd55327c3dfc72d52ce23e79d8f96ac6796f66ae33fc6b1133fd84742af42';

/** Where each record stands. Tables that exist hold items there: none of these ever changes. */
const PLACES: readonly (readonly [RecordKey, pk: string, sk: string])[] = [
  [{ type: 'customer', customerId: 'c1' }, 'CUSTOMER#c1', 'CUSTOMER'],
  [{ type: 'sync', customerId: 'c1', integration: STRIPE }, 'CUSTOMER#c1', 'SYNC#stripe'],
  [{ type: 'attempt', customerId: 'c1', key: 'c1:7' }, 'CUSTOMER#c1', 'ATTEMPT#c1:7'],
  [{ type: 'audit', customerId: 'c1', entryId: 't#e#1' }, 'CUSTOMER#c1', 'AUDIT#t#e#1'],
  [{ type: 'emailClaim', email: EMAIL }, `EMAIL#${EMAIL_HASH}`, 'CLAIM'],
  [{ type: 'emailClaim', emailHash: 'h1' }, 'EMAIL#h1', 'CLAIM'],
  [{ type: 'link', integration: STRIPE, externalId: 'cus_1' }, 'LINK#stripe#cus_1', 'LINK'],
  [{ type: 'requestKey', scope: 'POST /customers', key: 'k' }, `KEY#${KEY_HASH}`, 'KEY'],
  [{ type: 'requestKey', keyHash: 'h2' }, 'KEY#h2', 'KEY'],
  [{ type: 'operation', operationId: 'o1' }, 'OPERATION#o1', 'OPERATION'],
  [{ type: 'lease', name: 'sweep#a' }, 'LEASE#sweep#a', 'LEASE'],
  [{ type: 'eventPosition' }, 'EVENTS', 'POSITION'],
  [{ type: 'eventPosition', integration: 'crm' as IntegrationName }, 'EVENTS', 'POSITION#crm'],
  [{ type: 'counter', name: 'customers', shard: 3 }, 'COUNTER#customers#3', 'COUNTER'],
  [{ type: 'lastWebhook', integration: STRIPE }, 'WEBHOOK#stripe', 'LAST'],
  [{ type: 'reconciliation' }, 'RECONCILIATION', 'LAST'],
  [{ type: 'cleanupPosition' }, 'CLEANUP', 'POSITION'],
  [{ type: 'consistencyRun', runId: 'r1' }, 'RUN#r1', 'RUN'],
  [{ type: 'latestRun' }, 'RECONCILIATION', 'RUN'],
];
const DUE = new Set(['operation', 'consistencyRun', 'link', 'sync']);
const SCANNED = new Set(['customer', 'sync', 'audit', 'emailClaim', 'requestKey', 'lease', 'link', 'operation']);
/** Scans and due items know these by their hashes. */
const isByValue = (key: RecordKey) => 'email' in key || 'scope' in key;

describe('the place of a record in the table', () => {
  it.each(PLACES)('%p is %s, %s', (key, pk, sk) => {
    expect(itemKey(key)).toEqual({ pk, sk });
  });

  it('says whose record it is, wherever the index of what is due may name one', () => {
    const due = PLACES.filter(([{ type }]) => DUE.has(type));
    expect(due.map(([, pk, sk]) => dueKey({ pk, sk }))).toEqual(due.map(([key]) => key));
  });

  it('says whose record it is when a scan comes upon it, and nothing of what scans do not tell of', () => {
    for (const [key, pk, sk] of PLACES.filter(([each]) => !isByValue(each))) {
      expect([pk, scannedKey({ pk, sk })]).toEqual([pk, SCANNED.has(key.type) ? key : undefined]);
    }
  });
});
