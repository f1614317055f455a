/** What a token must carry to call a route; IAM callers need the permission to invoke it instead. */
export type Scope = 'customers:read' | 'customers:write' | 'customers:admin';

/** The functions behind the routes. */
export type RouteHandler = 'customers' | 'deletes' | 'maintenance';

export type RouteDeclaration = {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  readonly path: string;
  readonly access: Scope | 'open';
  readonly handler: RouteHandler;
};

/** `{proxy+}` carries a trailing slash: no route may end in one. */
const TABLE: ReadonlyArray<readonly [RouteDeclaration['method'], string, RouteDeclaration['access'], RouteHandler?]> = [
  ['GET', '/health', 'open'],
  ['GET', '/openapi.json', 'open'],
  ['POST', '/customers', 'customers:write'],
  ['POST', '/customers/{proxy+}', 'customers:write'],
  ['GET', '/customers', 'customers:read'],
  ['GET', '/customers/{proxy+}', 'customers:read'],
  ['GET', '/customers/{id}', 'customers:read'],
  ['PUT', '/customers/{id}', 'customers:write'],
  ['PATCH', '/customers/{id}', 'customers:write'],
  ['DELETE', '/customers/{id}', 'customers:write', 'deletes'],
  ['GET', '/customers/{id}/audit', 'customers:read'],
  ['GET', '/customers/{id}/sync-health', 'customers:read'],
  ['GET', '/customers/{id}/sides', 'customers:admin', 'maintenance'],
  ['GET', '/customers/data-consistency/validate', 'customers:admin', 'maintenance'],
  ['GET', '/customers/data-consistency/runs/{id}', 'customers:admin', 'maintenance'],
  ['POST', '/customers/data-consistency/fix', 'customers:admin', 'maintenance'],
  ['POST', '/customers/cleanup-orphaned', 'customers:admin', 'maintenance'],
  ['POST', '/customers/{id}/link', 'customers:admin', 'maintenance'],
  ['POST', '/customers/{id}/resolve-conflict', 'customers:admin', 'maintenance'],
  ['GET', '/customers/integration-health/{integration_name}', 'customers:admin'],
  ['POST', '/customers/retry-failed-syncs', 'customers:admin', 'maintenance'],
  ['POST', '/customers/redrive-dead-letters', 'customers:admin', 'maintenance'],
  ['GET', '/actions', 'customers:admin'],
  ['GET', '/operations', 'customers:admin'],
  ['GET', '/operations/{id}', 'customers:read'],
  ['POST', '/operations/{id}/retry', 'customers:admin'],
];

/** Every route of the API, who may call it, and which function answers. What deploys and docs/openapi.json are made of it. */
export const ROUTES: readonly RouteDeclaration[] = TABLE.map(([method, path, access, handler = 'customers']) => ({
  ...{ method, path, access, handler },
}));
