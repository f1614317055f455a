import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ConcordConfig } from './config.ts';

/** The functions behind the routes. */
export type RouteHandlers = {
  readonly customers: IFunction;
  readonly deletes: IFunction;
  readonly maintenance: IFunction;
};

type Scope = 'customers:read' | 'customers:write' | 'customers:admin';

/** Every route, and the scope that may call it. `{proxy+}` carries a trailing slash: no route may end in one. */
const ROUTES: ReadonlyArray<readonly [HttpMethod, string, Scope | 'open', (keyof RouteHandlers)?]> = [
  [HttpMethod.GET, '/health', 'open'],
  [HttpMethod.POST, '/customers', 'customers:write'],
  [HttpMethod.POST, '/customers/{proxy+}', 'customers:write'],
  [HttpMethod.GET, '/customers', 'customers:read'],
  [HttpMethod.GET, '/customers/{proxy+}', 'customers:read'],
  [HttpMethod.GET, '/customers/{id}', 'customers:read'],
  [HttpMethod.PUT, '/customers/{id}', 'customers:write'],
  [HttpMethod.PATCH, '/customers/{id}', 'customers:write'],
  [HttpMethod.DELETE, '/customers/{id}', 'customers:write', 'deletes'],
  [HttpMethod.GET, '/customers/{id}/audit', 'customers:read'],
  [HttpMethod.GET, '/customers/{id}/sync-health', 'customers:read'],
  [HttpMethod.GET, '/customers/data-consistency/validate', 'customers:admin', 'maintenance'],
  [HttpMethod.GET, '/customers/data-consistency/runs/{id}', 'customers:admin', 'maintenance'],
  [HttpMethod.POST, '/customers/data-consistency/fix', 'customers:admin', 'maintenance'],
  [HttpMethod.POST, '/customers/cleanup-orphaned', 'customers:admin', 'maintenance'],
  [HttpMethod.POST, '/customers/{id}/link', 'customers:admin', 'maintenance'],
  [HttpMethod.POST, '/customers/{id}/resolve-conflict', 'customers:admin', 'maintenance'],
  [HttpMethod.GET, '/customers/integration-health/{integration_name}', 'customers:admin'],
  [HttpMethod.POST, '/customers/retry-failed-syncs', 'customers:admin', 'maintenance'],
  [HttpMethod.GET, '/operations', 'customers:admin'],
  [HttpMethod.GET, '/operations/{id}', 'customers:read'],
  [HttpMethod.POST, '/operations/{id}/retry', 'customers:admin'],
];

/** By route, not by path, and without the caller's address: nothing personal stands in a log. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
});

export type CustomersApiProps = { readonly config: ConcordConfig; readonly handlers: RouteHandlers };

/** The HTTP API. It is never open: tokens of the configured issuer, or else IAM. */
export class CustomersApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: CustomersApiProps) {
    super(scope, id);
    const { stage, jwt } = props.config;
    this.api = new HttpApi(this, 'Api', { apiName: `concord-${stage}`, createDefaultStage: false });
    const defaultStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', {
            logGroupName: `/aws/vendedlogs/apis/concord-${stage}`,
            retention: RetentionDays.ONE_MONTH,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    (defaultStage.node.defaultChild as CfnStage).defaultRouteSettings = {
      throttlingBurstLimit: 500,
      throttlingRateLimit: 1000,
    };
    const authorizer: IHttpRouteAuthorizer =
      jwt === undefined
        ? new HttpIamAuthorizer()
        : new HttpJwtAuthorizer('Jwt', jwt.issuer, { jwtAudience: [jwt.audience] });
    const integrations = {
      customers: new HttpLambdaIntegration('Customers', props.handlers.customers),
      deletes: new HttpLambdaIntegration('Deletes', props.handlers.deletes),
      maintenance: new HttpLambdaIntegration('Maintenance', props.handlers.maintenance),
    };
    for (const [method, path, access, handler = 'customers'] of ROUTES) {
      const routes = this.api.addRoutes({
        path,
        methods: [method],
        integration: integrations[handler],
        authorizer: access === 'open' ? new HttpNoneAuthorizer() : authorizer,
        ...(access === 'open' || jwt === undefined ? {} : { authorizationScopes: [access] }),
      });
      if (access !== 'open') continue;
      for (const route of routes) {
        Validations.of(route).acknowledge({
          id: 'AwsSolutions::AwsSolutions-APIG4',
          reason: 'It tells nothing and changes nothing.',
        });
      }
    }
  }
}
