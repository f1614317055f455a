import { cleanupOrphanedSchema, integrationQuerySchema, listActionsSchema, validateSchema } from '../../schemas.ts';
import { acceptedRun, cleanupReport, fixReport, report, run } from '../replies/consistency.ts';
import {
  actionPage,
  description,
  health,
  integrationHealth,
  redriveReport,
  retryReport,
} from '../replies/maintenance.ts';
import { fixRequest } from '../requests.ts';
import { OF_BODIES, type OperationDescriptions, type ReplyDescription } from './operation.ts';

const LARGE: ReplyDescription = {
  description: 'There are too many customers for one request: it goes on by itself.',
  schema: acceptedRun,
  headers: ['RunLocation', 'RetryAfter'],
};

const HEALTH_OPERATIONS: OperationDescriptions = {
  'GET /health': {
    ...{ id: 'getHealth', tag: 'Service', summary: 'Whether the API answers' },
    replies: { 200: { description: 'It does.', schema: health } },
    problems: [],
  },
  'GET /openapi.json': {
    ...{ id: 'getDescription', tag: 'Service', summary: 'This description' },
    replies: { 200: { description: 'OpenAPI 3.1.', schema: description } },
    problems: [],
  },
  'GET /customers/integration-health/{integration_name}': {
    ...{ id: 'getIntegrationHealth', tag: 'Service', summary: 'How all customers stand with an integration' },
    replies: { 200: { description: 'Its health.', schema: integrationHealth } },
    problems: ['not-found'],
  },
  'GET /actions': {
    ...{ id: 'listActions', tag: 'Service', summary: 'List what administrators have asked for' },
    query: listActionsSchema,
    replies: { 200: { description: 'One page, newest first.', schema: actionPage } },
    problems: ['validation'],
  },
  'POST /customers/redrive-dead-letters': {
    ...{ id: 'redriveDeadLetters', tag: 'Service', summary: 'Work again on messages that failed too often' },
    query: integrationQuerySchema,
    replies: { 200: { description: 'How many.', schema: redriveReport } },
    problems: ['validation', 'not-found'],
  },
  'POST /customers/retry-failed-syncs': {
    ...{ id: 'retryFailedSyncs', tag: 'Service', summary: 'Try again now what has failed' },
    query: integrationQuerySchema,
    replies: { 200: { description: 'What came of it.', schema: retryReport } },
    problems: ['validation', 'not-found'],
  },
};

/** Health, retries, and comparing both sides; `kinds` are the kinds of drift that there are. */
export function serviceOperations(kinds: readonly string[]): OperationDescriptions {
  return {
    ...HEALTH_OPERATIONS,
    'POST /customers/cleanup-orphaned': {
      ...{ id: 'cleanupOrphaned', tag: 'Consistency', summary: 'End what only one side has' },
      query: cleanupOrphanedSchema,
      replies: { 200: { description: 'What was done.', schema: cleanupReport }, 202: LARGE },
      problems: ['validation', 'not-found', 'reconciliation-refused', 'stripe-unavailable'],
    },
    'GET /customers/data-consistency/validate': {
      ...{ id: 'validateConsistency', tag: 'Consistency', summary: 'Compare both sides in full' },
      description: 'Read-only. Compares with Stripe itself.',
      query: validateSchema,
      replies: { 200: { description: 'The report.', schema: report }, 202: LARGE },
      problems: ['validation', 'reconciliation-refused', 'stripe-unavailable'],
    },
    'POST /customers/data-consistency/fix': {
      ...{ id: 'fixConsistency', tag: 'Consistency', summary: 'Repair what is safe, or what is named' },
      body: { schema: fixRequest(kinds), isRequired: false },
      replies: { 200: { description: 'What was repaired.', schema: fixReport }, 202: LARGE },
      problems: [...OF_BODIES, 'reconciliation-refused', 'stripe-unavailable'],
    },
    'GET /customers/data-consistency/runs/{id}': {
      ...{ id: 'getConsistencyRun', tag: 'Consistency', summary: 'Follow a large comparison or repair' },
      description: '`last` is the report of the last scheduled comparison.',
      query: validateSchema,
      replies: { 200: { description: 'How far it is, or what came of it.', schema: run } },
      problems: ['validation', 'not-found'],
    },
  };
}
