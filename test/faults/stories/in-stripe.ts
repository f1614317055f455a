import { dashboard } from '../../stack/dashboard.ts';
import { createCustomer, type Story } from './story.ts';

/** What somebody does at Stripe's dashboard; the world in the end says whether it has come over. */
export const IN_STRIPE: readonly Story[] = [
  {
    name: 'created in Stripe',
    prepare: async (stack, n) => ({
      act: () => dashboard(stack).customers.create({ name: 'Born', email: `story-${n}@example.com` }),
    }),
  },
  {
    name: 'changed in Stripe',
    async prepare(stack, n) {
      const { externalId } = await createCustomer(stack, n);
      const changes = { name: 'There', email: `there-${n}@example.com` };
      return { act: () => dashboard(stack).customers.update(externalId, changes) };
    },
  },
  {
    name: 'deleted in Stripe',
    async prepare(stack, n) {
      const { externalId } = await createCustomer(stack, n);
      return { act: () => dashboard(stack).customers.del(externalId) };
    },
  },
  {
    name: 'changed on both sides',
    async prepare(stack, n) {
      const { externalId, path } = await createCustomer(stack, n);
      return {
        async act() {
          await stack.call('PATCH', path, { body: { name: 'Here' } });
          await dashboard(stack).customers.update(externalId, { name: 'There', email: `there-${n}@example.com` });
        },
      };
    },
  },
];
