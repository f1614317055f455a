import { json } from '#adapters/http/render.ts';
import { wireIssue, wireLeft } from '#adapters/http/render-repair.ts';
import { readJson } from '#adapters/http/request.ts';
import { fixSchema, parseWith } from '#adapters/http/schemas.ts';
import { fix } from '#use-cases/repair/fix.ts';
import { KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';
import { comparing } from '../wiring/compare.ts';
import { writes } from '../wiring/writes.ts';
import { repairsUntil } from './repairs-until.ts';
import type { Route } from './route.ts';

const schema = fixSchema(KIND_NAMES);

/** Without a body, everything that is safe. */
export const routeFixConsistency: Route = async (event, context) => {
  const { dry_run, kinds, customer_ids } = parseWith(schema, event.body ? readJson(event) : {});
  const query = { isDryRun: dry_run, kinds, customerIds: customer_ids, deadlineMs: repairsUntil(context) };
  const { isDryRun, fixed, skipped, failed } = await fix({ ...writes, ...comparing }, query);
  return json(200, {
    dry_run: isDryRun,
    fixed: fixed.map(wireIssue),
    skipped: skipped.map(wireLeft),
    failed: failed.map(wireLeft),
  });
};
