import { json } from '#adapters/http/render.ts';
import { wireSyncHealth } from '#adapters/http/render-history.ts';
import { getSyncHealth } from '#use-cases/catalog/get-sync-health.ts';
import { reads } from '../wiring/catalog.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeGetSyncHealth: Route = async (event) => {
  return json(200, wireSyncHealth(await getSyncHealth(reads, pathId(event))));
};
