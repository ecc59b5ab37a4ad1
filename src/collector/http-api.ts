import {
  aws_apigatewayv2 as apigatewayv2, aws_apigatewayv2_integrations as integrations, aws_lambda as lambda, Names, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ACCESS_LOG_FORMAT } from './access-log';
import { mapCustomDomain } from './custom-domain';
import { DEFAULT_THROTTLE, Edge, EdgeProps, rateOf } from './edge';
import { logGroupFor } from '../private/log-group';

/** The stage without a name in its URL. The collector takes paths with `/v1` and without. */
const STAGE = '$default';

/** An HTTP API that passes every path and method to the collector. */
export function createHttpApi(scope: Construct, collector: lambda.Function, props: EdgeProps): Edge {
  const httpApi = new apigatewayv2.HttpApi(scope, 'HttpApi', {
    apiName: Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }),
    description: 'Clickstream collector',
    createDefaultStage: false,
  });
  const stage = createStage(scope, httpApi, props);
  // A stage without the routes and all that they need would refuse events. It is therefore the last and goes first.
  stage.node.addDependency(...route(httpApi, collector));
  const domain = props.customDomain && mapCustomDomain(scope, props.customDomain, ({ domainName }, basePath) => {
    const mapping = new apigatewayv2.CfnApiMapping(scope, 'HttpApiMapping', {
      apiId: httpApi.apiId, domainName, stage: stage.stageName, apiMappingKey: basePath,
    });
    mapping.node.addDependency(stage);
  });
  const { region, urlSuffix } = Stack.of(scope);
  const ownHost = `${httpApi.apiId}.execute-api.${region}.${urlSuffix}`;
  const serverErrors = httpApi.metricServerError({ statistic: 'Sum' });
  return {
    location: domain?.location ?? ownHost,
    ownHost,
    customDomainTarget: domain?.target,
    entrance: stage,
    httpApi,
    clientErrors: httpApi.metricClientError({ statistic: 'Sum' }),
    serverErrors,
    serverErrorRate: period => rateOf(serverErrors, httpApi.metricCount({ statistic: 'Sum' }), period),
  };
}

/** Its access log needs no role of the account: CloudWatch Logs lets API Gateway deliver to the group. */
function createStage(scope: Construct, httpApi: apigatewayv2.HttpApi, props: EdgeProps): apigatewayv2.HttpStage {
  const accessLog = props.accessLogs ?? true ? logGroupFor(scope, 'AccessLog', props) : undefined;
  return new apigatewayv2.HttpStage(scope, 'HttpStage', {
    httpApi,
    stageName: STAGE,
    autoDeploy: true,
    throttle: props.throttle ?? DEFAULT_THROTTLE,
    accessLogSettings: accessLog && {
      destination: new apigatewayv2.LogGroupLogDestination(accessLog), format: ACCESS_LOG_FORMAT,
    },
  });
}

/** Without CORS settings, which would answer OPTIONS and cannot allow credentials for every origin. */
function route(httpApi: apigatewayv2.HttpApi, collector: lambda.Function): apigatewayv2.HttpRoute[] {
  // Format 1.0 has the base path of a custom domain.
  const payloadFormatVersion = apigatewayv2.PayloadFormatVersion.VERSION_1_0;
  const integration = new integrations.HttpLambdaIntegration('Collector', collector, { payloadFormatVersion });
  return ['/', '/{proxy+}'].flatMap(path => httpApi.addRoutes({ path, integration }));
}
