import { deleteQuerySchema, listAuditSchema, listCustomersSchema } from '../../schemas.ts';
import { auditPage, customer, customerPage, customerSides, deletedCustomer, syncHealth } from '../replies/customers.ts';
import { accepted } from '../replies/operations.ts';
import { customerChange, link, newCustomer, resolveConflict } from '../requests.ts';
import { OF_BODIES, OF_WRITES, type OperationDescriptions, type ReplyDescription, WRITE_HEADERS } from './operation.ts';

const UNDERWAY: ReplyDescription = {
  description: 'The outcome is not known yet, or the caller prefers not to wait: the operation goes on by itself.',
  schema: accepted,
  headers: ['OperationLocation', 'RetryAfter'],
};
const CHANGED: ReplyDescription = {
  description: 'The customer as it is now.',
  schema: customer,
  headers: ['ETag', 'IdempotencyReplayed'],
};
const DECIDED: ReplyDescription = { description: 'The customer as it is now.', schema: customer, headers: ['ETag'] };

export const CUSTOMER_OPERATIONS: OperationDescriptions = {
  'POST /customers': {
    ...{ id: 'createCustomer', tag: 'Customers', summary: 'Create a customer' },
    description: 'By default answered at once, and Stripe follows within seconds. A trailing slash is accepted.',
    body: { schema: newCustomer, isRequired: true },
    headers: WRITE_HEADERS,
    replies: {
      201: {
        description: 'The customer. With integrity protection both sides have it.',
        schema: customer,
        headers: ['CustomerLocation', 'ETag', 'IdempotencyReplayed'],
      },
      202: UNDERWAY,
    },
    problems: [...OF_BODIES, ...OF_WRITES, 'email-taken'],
  },
  'GET /customers': {
    ...{ id: 'listCustomers', tag: 'Customers', summary: 'List customers' },
    description: 'A trailing slash is accepted.',
    query: listCustomersSchema,
    replies: { 200: { description: 'One page.', schema: customerPage } },
    problems: ['validation'],
  },
  'GET /customers/{id}': {
    ...{ id: 'getCustomer', tag: 'Customers', summary: 'Read a customer' },
    replies: { 200: { description: 'The customer.', schema: customer, headers: ['ETag'] } },
    problems: ['not-found'],
  },
  'PUT /customers/{id}': {
    ...{ id: 'replaceCustomer', tag: 'Customers', summary: 'Replace name and email' },
    body: { schema: newCustomer, isRequired: true },
    headers: [...WRITE_HEADERS, 'IfMatch'],
    replies: { 200: CHANGED, 202: UNDERWAY },
    problems: [...OF_BODIES, ...OF_WRITES, 'not-found', 'email-taken', 'version-mismatch'],
  },
  'PATCH /customers/{id}': {
    ...{ id: 'changeCustomer', tag: 'Customers', summary: 'Change name, email, or both' },
    body: { schema: customerChange, isRequired: true },
    headers: [...WRITE_HEADERS, 'IfMatch'],
    replies: { 200: CHANGED, 202: UNDERWAY },
    problems: [...OF_BODIES, ...OF_WRITES, 'not-found', 'email-taken', 'version-mismatch'],
  },
  'DELETE /customers/{id}': {
    ...{ id: 'deleteCustomer', tag: 'Customers', summary: 'Delete a customer' },
    description: 'Asks Stripe for live subscriptions first, in both modes: deleting would cancel them.',
    query: deleteQuerySchema,
    headers: [...WRITE_HEADERS, 'IfMatch'],
    replies: {
      200: {
        description: 'It is deleted. With integrity protection it is gone on both sides.',
        schema: deletedCustomer,
        headers: ['IdempotencyReplayed'],
      },
      202: UNDERWAY,
    },
    problems: [...OF_WRITES, 'not-found', 'customer-has-subscriptions', 'version-mismatch'],
  },
  'GET /customers/{id}/audit': {
    ...{ id: 'listAudit', tag: 'Customers', summary: 'List what was changed on a customer' },
    query: listAuditSchema,
    replies: { 200: { description: 'One page, newest first.', schema: auditPage } },
    problems: ['validation', 'not-found'],
  },
  'GET /customers/{id}/sides': {
    ...{ id: 'getSides', tag: 'Customers', summary: 'Compare a customer with Stripe now, field by field' },
    description: 'Read-only. Asks Stripe itself.',
    replies: { 200: { description: 'Both sides.', schema: customerSides } },
    problems: ['not-found', 'stripe-unavailable'],
  },
  'GET /customers/{id}/sync-health': {
    ...{ id: 'getSyncHealth', tag: 'Customers', summary: 'How a customer stands with Stripe' },
    replies: { 200: { description: 'Its health.', schema: syncHealth } },
    problems: ['not-found'],
  },
  'POST /customers/{id}/link': {
    ...{ id: 'linkCustomer', tag: 'Customers', summary: 'Link a customer to one of Stripe’s' },
    body: { schema: link, isRequired: true },
    replies: { 200: DECIDED },
    problems: [...OF_BODIES, 'not-found', 'already-linked', 'customer-busy', 'stripe-unavailable'],
  },
  'POST /customers/{id}/resolve-conflict': {
    ...{ id: 'resolveConflict', tag: 'Customers', summary: 'Decide a conflict' },
    body: { schema: resolveConflict, isRequired: true },
    replies: { 200: DECIDED },
    problems: [...OF_BODIES, 'not-found', 'email-taken', 'customer-busy'],
  },
};
