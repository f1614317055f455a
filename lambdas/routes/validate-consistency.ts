import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json } from '#adapters/http/render.ts';
import { wireReport } from '#adapters/http/render-repair.ts';
import { parseWith, validateSchema } from '#adapters/http/schemas.ts';
import { validate } from '#use-cases/repair/validate.ts';
import { comparing } from '../wiring/compare.ts';
import type { Route } from './route.ts';

const LIST: List = { name: 'consistency', position: 'digest' };

export const routeValidateConsistency: Route = async (event) => {
  const { cursor } = parseWith(validateSchema, event.queryStringParameters ?? {});
  const report = await validate(comparing, cursor && readCursor(LIST, cursor));
  return json(200, { ...wireReport(report), next_cursor: nextCursor(LIST, report.nextCursor) });
};
