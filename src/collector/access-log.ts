import { aws_apigateway as apigateway } from 'aws-cdk-lib';

const FIELD = apigateway.AccessLogField;

/** Without IP address, user agent and query string, so that access logs hold no personal data. */
export const ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(JSON.stringify({
  requestId: FIELD.contextRequestId(),
  time: FIELD.contextRequestTimeEpoch(),
  method: FIELD.contextHttpMethod(),
  status: FIELD.contextStatus(),
  error: FIELD.contextErrorResponseType(),
  length: FIELD.contextResponseLength(),
  latency: FIELD.contextResponseLatency(),
  integrationLatency: FIELD.contextIntegrationLatency(),
}));
