import { json } from '#adapters/http/render.ts';
import { wireFix } from '#adapters/http/render-repair.ts';
import { runUnderway } from '#adapters/http/render-run.ts';
import { readJson } from '#adapters/http/request.ts';
import { fixSchema, parseWith } from '#adapters/http/schemas.ts';
import { fix } from '#use-cases/repair/fix.ts';
import { KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';
import { atOnceOrAsRun } from '#use-cases/repair/runs/begin-run.ts';
import { comparing } from '../wiring/compare.ts';
import { runs } from '../wiring/runs.ts';
import { writes } from '../wiring/writes.ts';
import { recorded } from './recorded.ts';
import { repairsUntil } from './repairs-until.ts';
import type { Route } from './route.ts';

const schema = fixSchema(KIND_NAMES);

/** Without a body, everything that is safe. */
export const routeFixConsistency: Route = async (event, context) => {
  const { dry_run, kinds, customer_ids } = parseWith(schema, event.body ? readJson(event) : {});
  const asked = {
    isDryRun: dry_run,
    ...(kinds !== undefined && { kinds }),
    ...(customer_ids !== undefined && { customerIds: customer_ids }),
  };
  const repair = () =>
    atOnceOrAsRun({ ...comparing, runs }, { is: 'fix', ...asked }, () =>
      fix({ ...writes, ...comparing }, { ...asked, deadlineMs: repairsUntil(context) }),
    );
  // A plan is no action.
  const given = await (dry_run ? repair() : recorded(event, { kinds, customer_ids }, repair));
  return 'run' in given ? runUnderway(given.run) : json(200, wireFix(given.answer));
};
