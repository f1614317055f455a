import type { Scene } from '../scene.ts';
import { readHere, readThere } from '../sides.ts';

const EMAILS = ['cleo@example.com', 'Cleo@example.com', 'CLEO@EXAMPLE.COM', ' cleo@Example.com'];

export const noDuplicateEmails: Scene = {
  title: 'No duplicate emails',
  happens: 'Four requests at the same moment, in both modes, create a customer with one email in four spellings.',
  elsewhere: 'Each looks first, finds nobody, and writes: two to four customers. Stripe does not mind either.',
  async play(stage, verify) {
    const replies = await Promise.all(
      EMAILS.map((email, n) => {
        const body = { name: `Cleo ${n + 1}`, email };
        return stage.api('POST', '/customers', {
          body,
          headers: { 'x-use-integrity-protection': String(n % 2 === 0) },
        });
      }),
    );
    await stage.settle();
    const refused = replies.filter(({ status }) => status === 409);
    verify('requests that were refused', refused.length, EMAILS.length - 1);
    const here = await readHere(stage, EMAILS[0]);
    const there = await readThere(stage, EMAILS[0]);
    verify('customers with this email in the catalog', here.length, 1);
    verify('customers with this email in Stripe', there.length, 1);
    verify('and they are each other’s', here[0]?.integrations.stripe.external_id, there[0]?.id);
  },
};
