import type { Collection, OpenCollection } from '../persistent-collection.ts';

/** A request as `GET /_sandbox/state` tells it. */
export type SeenRequest = {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly idempotency_key: string | null;
  readonly status: number;
  readonly request_id: string;
  readonly replayed: boolean;
};

const MAX_REQUESTS = 10_000;
/** How far the log may grow beyond its limit before the oldest go, so that not every request looks for them. */
const SLACK = 1_000;

type RequestStore = {
  readonly requests: Collection<SeenRequest>;
  readonly atomically: OpenCollection['atomically'];
};

export function recordRequest({ requests, atomically }: RequestStore, request: SeenRequest): void {
  requests.set(request.request_id, request);
  if (requests.size < MAX_REQUESTS + SLACK) return;
  atomically(() => {
    for (const { request_id } of requests.values().slice(0, -MAX_REQUESTS)) requests.delete(request_id);
  });
}

/** The newest 10,000 requests that were answered, oldest first. */
export function newestRequests(requests: Collection<SeenRequest>): readonly SeenRequest[] {
  return requests.values().slice(-MAX_REQUESTS);
}
