import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { RETRY_AFTER_SECONDS } from './function/interface';

interface GatewayAnswer { readonly status?: string; readonly code: string; readonly message: string; readonly retryAfter?: number }

/**
 * What API Gateway answers by itself, without asking the collector. Python SDKs read `code` of every error body and retry
 * when it is missing, so each kind has the collector's body. Lambda's throttling arrives as a 500.
 */
const ANSWERS: ReadonlyArray<[apigateway.ResponseType, GatewayAnswer]> = [
  [apigateway.ResponseType.DEFAULT_4XX, { code: 'bad_request', message: 'the request was refused' }],
  [apigateway.ResponseType.DEFAULT_5XX, { code: 'unavailable', message: 'try again later', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.ACCESS_DENIED, { code: 'access_denied', message: 'access denied' }],
  [apigateway.ResponseType.API_CONFIGURATION_ERROR, { code: 'unavailable', message: 'try again later', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.BAD_REQUEST_BODY, { code: 'bad_request', message: 'the body was refused' }],
  [apigateway.ResponseType.BAD_REQUEST_PARAMETERS, { code: 'bad_request', message: 'the parameters were refused' }],
  [apigateway.ResponseType.EXPIRED_TOKEN, { code: 'unauthorized', message: 'the token has expired' }],
  [apigateway.ResponseType.INTEGRATION_FAILURE, { status: '503', code: 'unavailable', message: 'try again later', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.INTEGRATION_TIMEOUT, { status: '503', code: 'timeout', message: 'try again later', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.INVALID_API_KEY, { code: 'unauthorized', message: 'the API key is not valid' }],
  [apigateway.ResponseType.INVALID_SIGNATURE, { code: 'unauthorized', message: 'the signature is not valid' }],
  [apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, { code: 'not_found', message: 'no such path' }],
  [apigateway.ResponseType.QUOTA_EXCEEDED, { code: 'quota_exceeded', message: 'the quota is used up', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.REQUEST_TOO_LARGE, { code: 'request_too_large', message: 'the request is larger than the API takes' }],
  [apigateway.ResponseType.RESOURCE_NOT_FOUND, { code: 'not_found', message: 'no such path' }],
  [apigateway.ResponseType.THROTTLED, { code: 'throttled', message: 'too many requests', retryAfter: RETRY_AFTER_SECONDS }],
  [apigateway.ResponseType.UNAUTHORIZED, { code: 'unauthorized', message: 'not authorized' }],
  [apigateway.ResponseType.UNSUPPORTED_MEDIA_TYPE, { code: 'bad_request', message: 'the media type was refused' }],
  [apigateway.ResponseType.WAF_FILTERED, { code: 'filtered', message: 'the request was filtered' }],
];

/**
 * Adds body and CORS headers to every answer of the gateway itself. The gateway cannot check a list of origins: it sends a single
 * one as it is and otherwise echoes the request's, with a body that tells nothing.
 */
export function addGatewayResponses(api: apigateway.RestApi, allowedOrigins?: string[]): void {
  const origin = allowedOrigins?.length === 1 ? `'${allowedOrigins[0]}'` : 'method.request.header.Origin';
  for (const [type, { status, code, message, retryAfter }] of ANSWERS) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: status,
      responseHeaders: {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': "'true'",
        'Vary': "'Origin'",
        'Cache-Control': "'no-store'",
        ...(retryAfter && { 'Retry-After': `'${retryAfter}'` }),
      },
      templates: { 'application/json': JSON.stringify({ success: false, code, message }) },
    });
  }
}
