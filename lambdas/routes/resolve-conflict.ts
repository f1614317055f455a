import { completed } from '#adapters/http/render.ts';
import { readJson } from '#adapters/http/request.ts';
import { parseWith, resolveConflictSchema } from '#adapters/http/schemas.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { writes } from '../wiring/writes.ts';
import { pathId } from './dispatch.ts';
import { recorded } from './recorded.ts';
import type { Route } from './route.ts';

export const routeResolveConflict: Route = async (event) => {
  const { keep } = parseWith(resolveConflictSchema, readJson(event));
  const id = pathId(event);
  const customer = await recorded(event, { keep }, () => resolveConflict(writes, id, keep));
  return completed({ is: 'updated', customer });
};
