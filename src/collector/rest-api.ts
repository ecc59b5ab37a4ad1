import {
  aws_apigateway as apigateway, aws_iam as iam, aws_lambda as lambda, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ACCESS_LOG_FORMAT } from './access-log';
import { mapCustomDomain } from './custom-domain';
import { DEFAULT_THROTTLE, Edge, EdgeProps } from './edge';
import { addGatewayResponses } from './gateway-responses';
import { logGroupFor } from '../private/log-group';

/** SDKs that build `new URL('/v1/batch', host)` drop the stage of an API URL, but with this name they ask for it. */
export const STAGE = 'v1';

/** A REST API that passes every path and method to the collector. */
export function createRestApi(scope: Construct, collector: lambda.Function, props: EdgeProps): Edge {
  const restApi = createApi(scope, collector, props);
  props.webAcl?._protect(scope, restApi.deploymentStage);
  const domain = props.customDomain && mapCustomDomain(scope, props.customDomain, (domainName, basePath) =>
    domainName.addBasePathMapping(restApi, { basePath }));
  const { region, urlSuffix } = Stack.of(scope);
  const ownHost = `${restApi.restApiId}.execute-api.${region}.${urlSuffix}`;
  return {
    location: domain?.location ?? ownHost,
    ownHost,
    ownPath: `/${STAGE}`,
    customDomainTarget: domain?.target,
    entrance: restApi.deploymentStage,
    restApi,
    clientErrors: restApi.metricClientError(),
    serverErrors: restApi.metricServerError(),
    serverErrorRate: period => restApi.metricServerError({ period, statistic: 'Average' }),
  };
}

function createApi(scope: Construct, collector: lambda.Function, props: EdgeProps): apigateway.RestApi {
  const accessLog = props.accessLogs ?? true ? logGroupFor(scope, 'AccessLog', props) : undefined;
  const { rateLimit, burstLimit } = props.throttle ?? DEFAULT_THROTTLE;
  const api = new apigateway.RestApi(scope, 'Api', {
    restApiName: Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }), // its metrics go by this name
    description: 'Clickstream collector',
    endpointTypes: [apigateway.EndpointType.REGIONAL],
    binaryMediaTypes: ['*/*'], // bodies arrive as sent: gzip stays gzip
    cloudWatchRole: false, // ours is written out below
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: rateLimit,
      throttlingBurstLimit: burstLimit,
      ...(accessLog && {
        accessLogDestination: new apigateway.LogGroupLogDestination(accessLog),
        accessLogFormat: ACCESS_LOG_FORMAT,
      }),
    },
  });
  api.node.tryRemoveChild('Endpoint'); // an output; ours is named endpointUrl
  if (accessLog) api.deploymentStage.node.addDependency(allowAccessLogs(scope));
  route(api, collector);
  addGatewayResponses(api, props.allowedOrigins);
  return api;
}

/** Sends OPTIONS to the collector too, because mock integrations break with binary media types. */
function route(api: apigateway.RestApi, collector: lambda.Function): void {
  const integration = new apigateway.LambdaIntegration(collector, { allowTestInvoke: false });
  const open = { authorizationType: apigateway.AuthorizationType.NONE };
  api.root.addMethod('ANY', integration, open);
  api.root.addResource('{proxy+}').addMethod('ANY', integration, open);
}

/** Sets the account-wide role without which API Gateway refuses a stage that has an access log. */
function allowAccessLogs(scope: Construct): apigateway.CfnAccount {
  const role = new iam.Role(scope, 'AccessLogRole', {
    assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    inlinePolicies: {
      WriteLogs: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({
          sid: 'WriteAccessLogs',
          actions: [
            'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams',
            'logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:PutLogEvents',
          ],
          resources: ['*'], // the role serves every API of the account
        })],
      }),
    },
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const account = new apigateway.CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
