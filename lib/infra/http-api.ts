import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
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
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ConcordConfig } from './config.ts';
import { ROUTES, type RouteHandler } from './routes.ts';

export type CustomersApiProps = {
  readonly config: ConcordConfig;
  readonly handlers: Readonly<Record<RouteHandler, IFunction>>;
};

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

/** The HTTP API. It is never open: tokens of the configured issuer, or else IAM. */
export class CustomersApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: CustomersApiProps) {
    super(scope, id);
    const { stage, jwt, corsOrigins } = props.config;
    this.api = new HttpApi(this, 'Api', {
      apiName: `concord-${stage}`,
      createDefaultStage: false,
      ...(corsOrigins !== undefined && { corsPreflight: corsFor(corsOrigins.split(',')) }),
    });
    const defaultStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', {
            logGroupName: `/aws/vendedlogs/apis/concord-${stage}`,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    (defaultStage.node.defaultChild as CfnStage).defaultRouteSettings = {
      throttlingBurstLimit: props.config.requestBurst,
      throttlingRateLimit: props.config.requestsPerSecond,
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
    for (const { method, path, access, handler } of ROUTES) {
      const routes = this.api.addRoutes({
        path,
        methods: [HttpMethod[method]],
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

const PROTECTION = 'x-use-integrity-protection';

/** Pages of these sites may send and read all that the API knows, with a token and never with cookies. */
function corsFor(allowOrigins: string[]): CorsPreflightOptions {
  const { GET, POST, PUT, PATCH, DELETE } = CorsHttpMethod;
  return {
    allowOrigins,
    allowMethods: [GET, POST, PUT, PATCH, DELETE],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'prefer', PROTECTION],
    exposeHeaders: ['apigw-requestid', 'etag', 'idempotency-replayed', 'location', 'retry-after'],
    maxAge: Duration.hours(1),
  };
}
