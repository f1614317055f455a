import { Duration, Validations } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ConcordFunction } from './concord-function.ts';

export type ConsoleProps = {
  readonly stage: string;
  readonly api: HttpApi;
  readonly issuer: string;
  readonly audience: string;
  readonly consoleClientId?: string | undefined;
};

const PATHS = ['/console', '/console/{file}'];

/**
 * The operator's page at `/console` of the API: files without data, open to anybody, from a function that may do nothing.
 * It calls the API with a token, and so there is none where callers sign their requests instead.
 */
export class Console extends Construct {
  constructor(scope: Construct, id: string, { stage, api, issuer, audience, consoleClientId }: ConsoleProps) {
    super(scope, id);
    const client = consoleClientId === undefined ? {} : { CONSOLE_CLIENT_ID: consoleClientId };
    const page = new ConcordFunction(this, 'Page', {
      stage,
      entry: 'console',
      description: 'The files of the operator’s page.',
      timeout: Duration.seconds(10),
      uses: [{ environment: { ISSUER: issuer, AUDIENCE: audience, ...client } }],
    });
    const integration = new HttpLambdaIntegration('Console', page);
    for (const path of PATHS) {
      const authorizer = new HttpNoneAuthorizer();
      for (const route of api.addRoutes({ path, methods: [HttpMethod.GET], integration, authorizer })) {
        Validations.of(route).acknowledge({
          id: 'AwsSolutions::AwsSolutions-APIG4',
          reason: 'The page holds no data: what it shows comes from the API, with a token.',
        });
      }
    }
  }
}
