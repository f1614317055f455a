import { json } from '#adapters/http/render.ts';
import { wireLeft } from '#adapters/http/render-repair.ts';
import { runUnderway } from '#adapters/http/render-run.ts';
import { cleanupOrphanedSchema, parseWith } from '#adapters/http/schemas.ts';
import { notFound } from '#domain/problem.ts';
import { cleanupOrphaned } from '#use-cases/repair/cleanup-orphaned.ts';
import { atOnceOrAsRun } from '#use-cases/repair/runs/begin-run.ts';
import { comparing } from '../wiring/compare.ts';
import { runs } from '../wiring/runs.ts';
import { writes } from '../wiring/writes.ts';
import { recorded } from './recorded.ts';
import { repairsUntil } from './repairs-until.ts';
import type { Route } from './route.ts';

export const routeCleanupOrphaned: Route = async (event, context) => {
  const query = parseWith(cleanupOrphanedSchema, event.queryStringParameters ?? {});
  if (query.integration_name !== comparing.integration.name) throw notFound('integration');
  const isDryRun = query.dry_run === 'true';
  const cleanup = () =>
    atOnceOrAsRun({ ...comparing, runs }, { is: 'cleanup-orphaned', isDryRun }, () =>
      cleanupOrphaned({ ...writes, ...comparing }, { isDryRun, deadlineMs: repairsUntil(context) }),
    );
  // A plan is no action.
  const given = await (isDryRun ? cleanup() : recorded(event, {}, cleanup));
  if ('run' in given) return runUnderway(given.run);
  const { kept, ...report } = given.answer;
  return json(200, { ...report, kept: kept.map(wireLeft) });
};
