import { aws_kinesis as kinesis } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CollectorEndpoint } from '../../src/collector/collector-endpoint';
import { testStack } from '../support/stack';

const HEADER = 'gatewayresponse.header.';

/** The responses that API Gateway sends without asking the collector. */
function responsesOf(allowedOrigins?: string[]) {
  const stack = testStack();
  new CollectorEndpoint(stack, 'Collector', { stream: new kinesis.Stream(stack, 'Stream'), allowedOrigins });
  const found = Template.fromStack(stack).findResources('AWS::ApiGateway::GatewayResponse');
  return Object.values(found).map(({ Properties }) => Properties);
}

const responses = responsesOf();
const ofType = (type: string) => responses.find(({ ResponseType }) => ResponseType === type);

/**
 * All types without those of an authorizer, which the API does not have.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
test('every type of gateway response is set', () => {
  expect(responses.map(({ ResponseType }) => ResponseType).sort()).toEqual([
    'ACCESS_DENIED', 'API_CONFIGURATION_ERROR', 'BAD_REQUEST_BODY', 'BAD_REQUEST_PARAMETERS', 'DEFAULT_4XX',
    'DEFAULT_5XX', 'EXPIRED_TOKEN', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT', 'INVALID_API_KEY',
    'INVALID_SIGNATURE', 'MISSING_AUTHENTICATION_TOKEN', 'QUOTA_EXCEEDED', 'REQUEST_TOO_LARGE',
    'RESOURCE_NOT_FOUND', 'THROTTLED', 'UNAUTHORIZED', 'UNSUPPORTED_MEDIA_TYPE', 'WAF_FILTERED',
  ]);
});

test('the body is JSON with success, code and message, as SDKs read it', () => {
  for (const { ResponseTemplates } of responses) {
    expect(Object.keys(ResponseTemplates)).toEqual(['application/json']);
    expect(JSON.parse(ResponseTemplates['application/json'])).toEqual({
      success: false, code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/./),
    });
  }
});

test('the page that sent the request can read the response', () => {
  for (const { ResponseParameters } of responses) {
    expect(ResponseParameters).toMatchObject({
      [`${HEADER}Access-Control-Allow-Origin`]: 'method.request.header.Origin',
      [`${HEADER}Access-Control-Allow-Credentials`]: "'true'",
      [`${HEADER}Vary`]: "'Origin'",
    });
  }
});

test('a single allowed origin is named, and one of several or of a pattern is echoed', () => {
  const originsOf = (...allowedOrigins: string[]) => [...new Set(responsesOf(allowedOrigins)
    .map(({ ResponseParameters }) => ResponseParameters[`${HEADER}Access-Control-Allow-Origin`]))];
  expect(originsOf('https://shop.example')).toEqual(["'https://shop.example'"]);
  expect(originsOf('https://shop.example', 'https://www.shop.example')).toEqual(['method.request.header.Origin']);
  expect(originsOf('https://*.shop.example')).toEqual(['method.request.header.Origin']);
});

test('no browser guesses the type of a response or stores it', () => {
  for (const { ResponseParameters } of responses) {
    expect(ResponseParameters).toMatchObject({
      [`${HEADER}X-Content-Type-Options`]: "'nosniff'", [`${HEADER}Cache-Control`]: "'no-store'",
    });
  }
});

test('Retry-After is sent wherever the client may try again', () => {
  const withRetry = responses.filter(({ ResponseParameters }) => `${HEADER}Retry-After` in ResponseParameters);
  expect(withRetry.map(({ ResponseType }) => ResponseType).sort()).toEqual([
    'API_CONFIGURATION_ERROR', 'DEFAULT_5XX', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT', 'QUOTA_EXCEEDED',
    'THROTTLED',
  ]);
  expect(ofType('THROTTLED').ResponseParameters[`${HEADER}Retry-After`]).toBe("'5'");
  expect(ofType('INTEGRATION_FAILURE').StatusCode).toBe('503');
  expect(ofType('INTEGRATION_TIMEOUT').StatusCode).toBe('503');
});
