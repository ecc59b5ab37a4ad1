import { aws_apigateway as apigateway, aws_iam as iam, aws_lambda as lambda, Names, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CollectorOptions } from './collector-options';
import { addGatewayResponses } from './gateway-responses';
import { LogOptions, ownLogGroup } from '../private/log-group';

/** SDKs that build `new URL('/v1/batch', host)` drop the stage of an API URL, but with this name they ask for it. */
export const STAGE = 'v1';

type CollectorApiProps = Pick<CollectorOptions, 'allowedOrigins' | 'throttle' | 'accessLogs'> & LogOptions;

/** A REST API that passes every path and method to the collector. Its parts are children of `scope`. */
export function createApi(scope: Construct, collector: lambda.Function, props: CollectorApiProps): apigateway.RestApi {
  const accessLog = props.accessLogs ?? true ? ownLogGroup(scope, 'AccessLog', props) : undefined;
  const api = new apigateway.RestApi(scope, 'Api', {
    restApiName: Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }), // its metrics go by this name
    description: 'Clickstream collector',
    endpointTypes: [apigateway.EndpointType.REGIONAL],
    binaryMediaTypes: ['*/*'], // bodies arrive as sent: gzip stays gzip
    cloudWatchRole: false, // ours is written out below
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: props.throttle?.rateLimit ?? 1000,
      throttlingBurstLimit: props.throttle?.burstLimit ?? 2000,
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

/** Without IP address, user agent and query string, so that access logs hold no personal data. */
const ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(JSON.stringify({
  requestId: apigateway.AccessLogField.contextRequestId(),
  time: apigateway.AccessLogField.contextRequestTimeEpoch(),
  method: apigateway.AccessLogField.contextHttpMethod(),
  status: apigateway.AccessLogField.contextStatus(),
  error: apigateway.AccessLogField.contextErrorResponseType(),
  length: apigateway.AccessLogField.contextResponseLength(),
  latency: apigateway.AccessLogField.contextResponseLatency(),
  integrationLatency: apigateway.AccessLogField.contextIntegrationLatency(),
}));
