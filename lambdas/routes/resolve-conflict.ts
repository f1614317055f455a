import { completed } from '#adapters/http/render.ts';
import { readJson } from '#adapters/http/request.ts';
import { parseWith, resolveConflictSchema } from '#adapters/http/schemas.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { writes } from '../wiring/writes.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeResolveConflict: Route = async (event) => {
  const { keep } = parseWith(resolveConflictSchema, readJson(event));
  return completed({ is: 'updated', customer: await resolveConflict(writes, pathId(event), keep) });
};
