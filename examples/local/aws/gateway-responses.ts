/** The answers API Gateway gives by itself, with the template's status, headers and body. */
import { Answer, RequestOfAnswer, ResponseType } from './edge-form';
import { GatewayResponse, RestApi } from './edge-template';

interface DefaultResponse { readonly statusCode: number; readonly message: string; readonly errorType: string }

/** API Gateway's own status and message per response type; source: "Gateway response types" of its developer guide. */
const DEFAULTS: Readonly<Record<ResponseType, DefaultResponse>> = {
  INTEGRATION_FAILURE: defaultResponse(504, 'Internal server error', 'InternalServerErrorException'),
  INTEGRATION_TIMEOUT: defaultResponse(504, 'Endpoint request timed out', 'InternalServerErrorException'),
  MISSING_AUTHENTICATION_TOKEN:
    defaultResponse(403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'),
  REQUEST_TOO_LARGE: defaultResponse(413, 'Request Too Long', 'RequestTooLargeException'),
  THROTTLED: defaultResponse(429, 'Too Many Requests', 'TooManyRequestsException'),
  WAF_FILTERED: defaultResponse(403, 'Forbidden', 'ForbiddenException'),
  DEFAULT_4XX: defaultResponse(431, 'Request header fields too large', 'BadRequestException'),
  DEFAULT_5XX: defaultResponse(502, 'Internal server error', 'InternalServerErrorException'),
};

function defaultResponse(statusCode: number, message: string, errorType: string): DefaultResponse {
  return { statusCode, message, errorType };
}

/** A response type the template does not set falls back to the default of its class, then to API Gateway's own. */
function configured(api: RestApi, type: ResponseType): GatewayResponse | undefined {
  const family = DEFAULTS[type].statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  return api.gatewayResponses[type] ?? api.gatewayResponses[family];
}

export function gatewayResponse(api: RestApi, type: ResponseType, request: RequestOfAnswer): Answer {
  const { statusCode, message, errorType } = DEFAULTS[type];
  const response = configured(api, type);
  const headers: Record<string, string> = {
    'content-type': 'application/json', 'x-amzn-errortype': errorType, 'x-amzn-requestid': request.requestId,
  };
  for (const [name, mapping] of Object.entries(response?.headers ?? {})) {
    const value = mapped(mapping, request);
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  const text = body(response, message, type, request);
  return { statusCode: response?.statusCode ?? statusCode, headers, body: Buffer.from(text) };
}

/** A header mapping is a literal in quotes or a header of the request. @returns undefined for a missing header */
function mapped(mapping: string, { headers }: RequestOfAnswer): string | undefined {
  const header = /^method\.request\.header\.(.+)$/.exec(mapping);
  return header ? headers[header[1].toLowerCase()] : mapping.replace(/^'|'$/g, '');
}

/** Templates are not run through VTL: API Gateway only replaces variables. */
function body(
  response: GatewayResponse | undefined, message: string, type: ResponseType, { requestId }: RequestOfAnswer,
): string {
  const template = response?.template ?? '{"message":$context.error.messageString}';
  return template
    .replace(/\$context\.error\.messageString/g, JSON.stringify(message))
    .replace(/\$context\.error\.message/g, message)
    .replace(/\$context\.error\.responseType/g, type)
    .replace(/\$context\.requestId/g, requestId);
}

/** A stage that does not exist has no gateway responses: API Gateway answers by itself, without CORS headers. */
export function unknownStage(requestId: string): Answer {
  return {
    statusCode: 403,
    headers: {
      'content-type': 'application/json', 'x-amzn-errortype': 'ForbiddenException', 'x-amzn-requestid': requestId,
    },
    body: Buffer.from('{"message":"Forbidden"}'),
  };
}
