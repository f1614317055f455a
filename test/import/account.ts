import type { Stack } from '../stack/stack.ts';
import { makeInStripe } from './running-import.ts';

/** What the account below holds, and so what an import of it comes to. */
export const ACCOUNT = { linked: 5, plain: 120, withoutEmail: 20, sharing: 10, ofOthers: 5, deleted: 3 } as const;

/** Customers that Stripe lists: 170. */
export const LISTED = ACCOUNT.linked + ACCOUNT.plain + ACCOUNT.withoutEmail + 2 * ACCOUNT.sharing + ACCOUNT.ofOthers;

/** Fills the Stripe account of a stack with what teams have there. Answers the older of each two that share an email. */
export async function fillAccount(stack: Stack): Promise<readonly string[]> {
  for (let n = 0; n < ACCOUNT.linked; n += 1) {
    const body = { name: `Linked ${n}`, email: `linked${n}@example.com` };
    await stack.call('POST', '/customers', { body, headers: { 'x-use-integrity-protection': 'true' } });
  }
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  const older: string[] = [];
  for (let n = 0; n < ACCOUNT.sharing; n += 1) {
    older.push(await makeInStripe(stack, { name: `Older ${n}`, email: `Shared${n}@example.com` }));
  }
  for (let n = 0; n < ACCOUNT.plain; n += 1) {
    await makeInStripe(stack, { name: `Plain ${n}`, email: `plain${n}@example.com` });
  }
  for (let n = 0; n < ACCOUNT.withoutEmail; n += 1) await makeInStripe(stack, { name: `No email ${n}` });
  for (let n = 0; n < ACCOUNT.sharing; n += 1) {
    await makeInStripe(stack, { name: `Newer ${n}`, email: `shared${n}@example.com` });
  }
  for (let n = 0; n < ACCOUNT.ofOthers; n += 1) {
    const metadata = { 'metadata[concord_stage]': 'other', 'metadata[concord_customer_id]': `theirs-${n}` };
    await makeInStripe(stack, { name: `Theirs ${n}`, email: `plain${n}@example.com`, ...metadata });
  }
  for (let n = 0; n < ACCOUNT.deleted; n += 1) {
    const id = await makeInStripe(stack, { name: `Gone ${n}`, email: `gone${n}@example.com` });
    const headers = { authorization: 'Bearer sk_test_dashboard' };
    await fetch(`${stack.stripe}/v1/customers/${id}`, { method: 'DELETE', headers });
  }
  return older;
}
