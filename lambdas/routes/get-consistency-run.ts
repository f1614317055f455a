import { json } from '#adapters/http/render.ts';
import { wireReport } from '#adapters/http/render-repair.ts';
import { notFound } from '#domain/problem.ts';
import { getLastReport } from '#use-cases/repair/validate.ts';
import { store } from '../wiring/catalog.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

/** `last` is the report of the last scheduled comparison; there are no others that are kept. */
export const routeGetConsistencyRun: Route = async (event) => {
  if (pathId(event) !== 'last') throw notFound('run');
  const report = await getLastReport(store);
  return json(200, { status: 'done', progress: 1, ...wireReport(report) });
};
