import { json } from '#adapters/http/render.ts';
import { wireLeft } from '#adapters/http/render-repair.ts';
import { cleanupOrphanedSchema, parseWith } from '#adapters/http/schemas.ts';
import { notFound } from '#domain/problem.ts';
import { cleanupOrphaned } from '#use-cases/repair/cleanup-orphaned.ts';
import { comparing } from '../wiring/compare.ts';
import { writes } from '../wiring/writes.ts';
import { repairsUntil } from './repairs-until.ts';
import type { Route } from './route.ts';

export const routeCleanupOrphaned: Route = async (event, context) => {
  const query = parseWith(cleanupOrphanedSchema, event.queryStringParameters ?? {});
  if (query.integration_name !== comparing.integration.name) throw notFound('integration');
  const asked = { isDryRun: query.dry_run === 'true', deadlineMs: repairsUntil(context) };
  const { kept, ...report } = await cleanupOrphaned({ ...writes, ...comparing }, asked);
  return json(200, { ...report, kept: kept.map(wireLeft) });
};
