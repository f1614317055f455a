import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import { CRM } from '../simulation/integrations.ts';
import { NOW_MS } from './processes.ts';
import type { StripeState } from './stripe-model.ts';
import type { Act } from './world.ts';

const DELETING = { ifMatch: undefined, cancelSubscriptions: true };
const WITHOUT_WAITING = { deadlineMs: NOW_MS };
const JANE = { name: 'n0', email: 'a@x' };
/** The first customer that `create` makes. */
const ID = 'create-1';
const EXTERNAL = 'cus_1';

// Requests here.
export const create: Act = { name: 'create', asks: (ports) => createCustomer(ports, JANE) };
export const createProtected: Act = {
  name: 'create',
  asks: (ports) => createWithIntegrity(ports, JANE, WITHOUT_WAITING),
};
export const rename = (value: string): Act => ({
  name: `rename-${value}`,
  asks: (ports) => updateCustomer(ports, ID, { name: value }, undefined),
});
export const renameProtected = (value: string): Act => ({
  name: `protected-${value}`,
  asks: (ports) => updateWithIntegrity(ports, ID, { name: value }, undefined, WITHOUT_WAITING),
});
/** Another customer than the first. */
export const createOther: Act = {
  name: 'other',
  asks: (ports) => createWithIntegrity(ports, { name: 'o0', email: 'c@x' }, WITHOUT_WAITING),
};
export const createHolder: Act = {
  name: 'holder',
  asks: (ports) => createCustomer(ports, { name: 'h0', email: 'c@x' }),
};
export const giveUpEmail: Act = {
  name: 'give-up',
  asks: (ports) => updateWithIntegrity(ports, 'holder-1', { email: 'd@x' }, undefined, WITHOUT_WAITING),
};
export const moveHolder: Act = {
  name: 'move',
  asks: (ports) => updateCustomer(ports, 'holder-1', { email: 'd@x' }, undefined),
};
export const keep = (side: 'catalog' | 'stripe'): Act => ({
  name: `keep-${side}`,
  asks: (ports) => resolveConflict(ports, ID, side),
});
export const mail = (value: string): Act => ({
  name: `mail-${value}`,
  asks: (ports) => updateCustomer(ports, ID, { email: value }, undefined),
});
export const mailProtected: Act = {
  name: 'protected-mail',
  asks: (ports) => updateWithIntegrity(ports, ID, { email: 'b@x' }, undefined, WITHOUT_WAITING),
};
export const remove: Act = { name: 'remove', asks: (ports) => deleteCustomer(ports, ID, DELETING) };
export const removeProtected: Act = {
  name: 'protected-remove',
  asks: (ports) => deleteWithIntegrity(ports, ID, { ...DELETING, ...WITHOUT_WAITING }),
};

// Changes in Stripe, or at a second integration.
export const editThere = (fields: { name?: string; email?: string | null }, externalId = EXTERNAL): Act => ({
  name: `${externalId} becomes ${Object.values(fields)} there`,
  requests: ({ customers }) =>
    customers.some((each) => each.externalId === externalId && !each.isDeleted)
      ? { it: 'update', externalId, fields }
      : undefined,
});
export const deleteThere: Act = {
  name: 'somebody deletes it there',
  requests: ({ customers: [customer] }) =>
    customer === undefined ? undefined : { it: 'delete', externalId: customer.externalId, isOurs: false },
};
export const createThere = (name: string, email: string): Act => ({
  name: `${name} is born there`,
  requests: () => ({ it: 'create', fields: { name, email }, ownership: 'nobody' }),
});
export const use: Act = { name: 'somebody uses the customer', changes: (stripe) => ({ ...stripe, isUsed: true }) };
export const refuse = (it: StripeState['refuses'][number]): Act => ({
  name: `Stripe refuses to ${it}`,
  changes: (stripe) => ({ ...stripe, refuses: [...stripe.refuses, it] }),
});
export const accept: Act = { name: 'Stripe refuses no more', changes: (stripe) => ({ ...stripe, refuses: [] }) };

/** The same at the second integration, where `con_1` is the customer that `create` makes. */
export const atCrm = (act: Act): Act => ({ ...act, name: `crm: ${act.name}`, at: CRM });
