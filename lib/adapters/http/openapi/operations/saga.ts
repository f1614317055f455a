import { listOperationsSchema } from '../../schemas.ts';
import { accepted, operation, operationPage } from '../replies/operations.ts';
import type { OperationDescriptions } from './operation.ts';

export const SAGA_OPERATIONS: OperationDescriptions = {
  'GET /operations': {
    ...{ id: 'listOperations', tag: 'Operations', summary: 'List unfinished operations, or all of one customer' },
    query: listOperationsSchema,
    replies: { 200: { description: 'One page.', schema: operationPage } },
    problems: ['validation'],
  },
  'GET /operations/{id}': {
    ...{ id: 'getOperation', tag: 'Operations', summary: 'Follow a protected change' },
    replies: { 200: { description: 'The operation.', schema: operation } },
    problems: ['not-found'],
  },
  'POST /operations/{id}/retry': {
    ...{ id: 'retryOperation', tag: 'Operations', summary: 'Try again what needs attention' },
    replies: {
      202: {
        description: 'It is under way again.',
        schema: accepted,
        headers: ['OperationLocation', 'RetryAfter'],
      },
    },
    problems: ['not-found', 'operation-finished', 'customer-busy'],
  },
};
