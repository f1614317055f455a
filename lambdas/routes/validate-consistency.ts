import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json } from '#adapters/http/render.ts';
import { wireReport } from '#adapters/http/render-repair.ts';
import { runUnderway } from '#adapters/http/render-run.ts';
import { parseWith, validateSchema } from '#adapters/http/schemas.ts';
import { atOnceOrAsRun } from '#use-cases/repair/runs/begin-run.ts';
import { validate } from '#use-cases/repair/validate.ts';
import { comparing } from '../wiring/compare.ts';
import { runs } from '../wiring/runs.ts';
import type { Route } from './route.ts';

const LIST: List = { name: 'consistency', position: 'digest' };

export const routeValidateConsistency: Route = async (event) => {
  const { cursor } = parseWith(validateSchema, event.queryStringParameters ?? {});
  const from = cursor && readCursor(LIST, cursor);
  const given = await atOnceOrAsRun({ ...comparing, runs }, { is: 'validate' }, () => validate(comparing, from));
  if ('run' in given) return runUnderway(given.run);
  return json(200, { ...wireReport(given.answer), next_cursor: nextCursor(LIST, given.answer.nextCursor) });
};
