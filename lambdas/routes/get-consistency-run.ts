import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json } from '#adapters/http/render.ts';
import { wireReport } from '#adapters/http/render-repair.ts';
import { wireRun } from '#adapters/http/render-run.ts';
import { parseWith, validateSchema } from '#adapters/http/schemas.ts';
import { tellRun } from '#use-cases/repair/runs/tell-run.ts';
import { getLastReport } from '#use-cases/repair/validate.ts';
import { store } from '../wiring/catalog.ts';
import { scratch } from '../wiring/scratch.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

/** `last` is the report of the last scheduled comparison, however it was made. */
export const routeGetConsistencyRun: Route = async (event) => {
  const { cursor } = parseWith(validateSchema, event.queryStringParameters ?? {});
  const id = pathId(event);
  if (id === 'last') {
    const report = await getLastReport(store);
    return json(200, { status: 'done', progress: 1, ...wireReport(report) });
  }
  const list: List = { name: `run ${id}`, position: 'page' };
  const told = await tellRun({ store, scratch }, id, cursor === undefined ? 0 : Number(readCursor(list, cursor)));
  return json(200, { ...wireRun(told), next_cursor: nextCursor(list, told.next?.toString()) });
};
