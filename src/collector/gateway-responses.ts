import { aws_apigateway as apigateway, Token } from 'aws-cdk-lib';
import { RETRY_AFTER_SECONDS } from './function/interface';

interface GatewayError {
  readonly status?: string;
  readonly code: string;
  readonly message: string;
  /** The client may try again. */
  readonly retryable?: boolean;
}

const { ResponseType } = apigateway;

const TRY_AGAIN = { message: 'try again later', retryable: true };

/**
 * Error responses of API Gateway itself, sent without asking the collector. Python SDKs read `code` of every error body
 * and retry when it is missing, so each kind has the collector's body. Lambda's throttling arrives as a 500.
 */
const GATEWAY_ERRORS: ReadonlyArray<[apigateway.ResponseType, GatewayError]> = [
  [ResponseType.DEFAULT_4XX, { code: 'bad_request', message: 'the request was refused' }],
  [ResponseType.DEFAULT_5XX, { code: 'unavailable', ...TRY_AGAIN }],
  [ResponseType.ACCESS_DENIED, { code: 'access_denied', message: 'access denied' }],
  [ResponseType.API_CONFIGURATION_ERROR, { code: 'unavailable', ...TRY_AGAIN }],
  [ResponseType.BAD_REQUEST_BODY, { code: 'bad_request', message: 'the body was refused' }],
  [ResponseType.BAD_REQUEST_PARAMETERS, { code: 'bad_request', message: 'the parameters were refused' }],
  [ResponseType.EXPIRED_TOKEN, { code: 'unauthorized', message: 'the token has expired' }],
  [ResponseType.INTEGRATION_FAILURE, { status: '503', code: 'unavailable', ...TRY_AGAIN }],
  [ResponseType.INTEGRATION_TIMEOUT, { status: '503', code: 'timeout', ...TRY_AGAIN }],
  [ResponseType.INVALID_API_KEY, { code: 'unauthorized', message: 'the API key is not valid' }],
  [ResponseType.INVALID_SIGNATURE, { code: 'unauthorized', message: 'the signature is not valid' }],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, { code: 'not_found', message: 'no such path' }],
  [ResponseType.QUOTA_EXCEEDED, { code: 'quota_exceeded', message: 'the quota is used up', retryable: true }],
  [ResponseType.REQUEST_TOO_LARGE, { code: 'request_too_large', message: 'the request is larger than the API takes' }],
  [ResponseType.RESOURCE_NOT_FOUND, { code: 'not_found', message: 'no such path' }],
  [ResponseType.THROTTLED, { code: 'throttled', message: 'too many requests', retryable: true }],
  [ResponseType.UNAUTHORIZED, { code: 'unauthorized', message: 'not authorized' }],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, { code: 'bad_request', message: 'the media type was refused' }],
  [ResponseType.WAF_FILTERED, { code: 'filtered', message: 'the request was filtered' }],
];

/** Adds body, CORS headers and the collector's own headers to every response of the gateway itself. */
export function addGatewayResponses(api: apigateway.RestApi, allowedOrigins?: string[]): void {
  const origin = allowedOriginHeader(allowedOrigins ?? []);
  for (const [type, { status, code, message, retryable }] of GATEWAY_ERRORS) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: status,
      responseHeaders: {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': "'true'",
        'Vary': "'Origin'",
        'Cache-Control': "'no-store'",
        'X-Content-Type-Options': "'nosniff'",
        ...(retryable && { 'Retry-After': `'${RETRY_AFTER_SECONDS}'` }),
      },
      templates: { 'application/json': JSON.stringify({ success: false, code, message }) },
    });
  }
}

/**
 * The gateway cannot check a list or a pattern of origins: a single exact origin is sent as it is, and otherwise the
 * request's is echoed, with a body that reveals nothing.
 */
function allowedOriginHeader([origin, ...others]: string[]): string {
  const isExact = origin !== undefined && others.length === 0 && !Token.isUnresolved(origin) && !origin.includes('*');
  return isExact ? `'${origin}'` : 'method.request.header.Origin';
}
