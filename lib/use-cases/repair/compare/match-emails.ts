import type { Buckets } from './buckets.ts';
import type { Claimed } from './entries.ts';
import { nameOf, type Stamp } from './suspect.ts';

type Claim = Extract<Claimed, { of: 'claim' }>;
type Holder = Extract<Claimed, { of: 'customer' }>;

/** Matches the emails of a bucket with their claims: each is to be held by the one customer who has it. Answers how many entries that were. */
export async function matchEmails(buckets: Buckets, bucket: number): Promise<number> {
  const entries = await buckets.read('emails', bucket);
  const emails = new Map<string, { claim?: Claim; readonly holders: Holder[] }>();
  for (const claimed of entries) {
    const email = emails.get(claimed.hash) ?? { holders: [] };
    emails.set(claimed.hash, email);
    if (claimed.of === 'claim') email.claim = claimed;
    else email.holders.push(claimed);
  }
  const suspectCustomer = (customerId: string, stamp: Stamp) => {
    const subject = { of: 'customer', customerId } as const;
    buckets.add('suspects', nameOf(subject), { subject, stamp });
  };
  for (const [emailHash, { claim, holders }] of emails) {
    for (const { customerId, version } of holders) {
      if (holders.length > 1 || claim?.customerId !== customerId) suspectCustomer(customerId, { version });
    }
    // Another one who has the email is looked at already.
    const subject = { of: 'claim', emailHash } as const;
    const isStillReserved = claim?.isReserved === true && holders[0]?.customerId === claim.customerId;
    if (holders.length === 0 || isStillReserved) buckets.add('suspects', nameOf(subject), { subject, stamp: {} });
  }
  return entries.length;
}
