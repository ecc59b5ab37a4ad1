/** Translates between HTTP and the REST API's Lambda proxy format (payload version 1.0). */
import { IncomingMessage } from 'http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Answer } from './gateway-responses';
import { ACCOUNT } from './intrinsics';
import { RestApi } from './template';

type Multi = Record<string, string[]>;

export interface ProxyRequest {
  readonly message: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly receivedAt: Date;
}

/** A path in the forms that API Gateway gives it. All start with a slash. */
export interface RequestPath {
  /** below the stage or the domain's base path */
  readonly path: string;
  /** the event's own: without the stage, but with a base path */
  readonly ofRequest: string;
  /** with whatever the client's URL has */
  readonly full: string;
}

function lastOf(values: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all[all.length - 1]]));
}

/**
 * Headers as sent, in their spelling, with those that API Gateway sets itself: it overwrites a client's own
 * X-Forwarded-Proto.
 */
function requestHeaders({ rawHeaders, socket }: IncomingMessage): Multi {
  const headers: Multi = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (/^x-forwarded-(proto|port)$/i.test(name)) continue;
    headers[name] = [...headers[name] ?? [], rawHeaders[index + 1]];
  }
  const forwarded = Object.keys(headers).find(name => name.toLowerCase() === 'x-forwarded-for');
  const chain = forwarded ? headers[forwarded].join(', ') : undefined;
  if (forwarded) delete headers[forwarded];
  headers['X-Forwarded-For'] = [[chain, socket.remoteAddress].filter(Boolean).join(', ')];
  headers['X-Forwarded-Port'] = [String(socket.localPort)];
  headers['X-Forwarded-Proto'] = ['http'];
  return headers;
}

function queryOf(search: URLSearchParams): Multi | null {
  const query: Multi = {};
  for (const [name, value] of search) query[name] = [...query[name] ?? [], value];
  return Object.keys(query).length > 0 ? query : null;
}

function isBinary(api: RestApi, contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';')[0].trim();
  return ['*/*', type].some(text => api.binaryMediaTypes.includes(text));
}

/** Fields that only signed or keyed requests have. */
const NO_IDENTITY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

function requestContext(
  api: RestApi, { message, requestId, receivedAt }: ProxyRequest, { path, full }: RequestPath,
): APIGatewayProxyEvent['requestContext'] {
  const { socket, headers } = message;
  return {
    accountId: ACCOUNT,
    apiId: 'local',
    authorizer: null,
    // on AWS the API's own name, never the client's Host; here its address
    domainName: `${socket.localAddress}:${socket.localPort}`,
    domainPrefix: 'local',
    extendedRequestId: requestId,
    httpMethod: message.method ?? 'GET',
    identity: { ...NO_IDENTITY, sourceIp: socket.remoteAddress ?? '', userAgent: headers['user-agent'] ?? null },
    path: full,
    protocol: `HTTP/${message.httpVersion}`,
    requestId,
    requestTime: receivedAt.toUTCString(),
    requestTimeEpoch: receivedAt.getTime(),
    resourceId: 'local',
    resourcePath: path === '/' ? '/' : '/{proxy+}',
    stage: api.stage,
  };
}

export function proxyEvent(
  api: RestApi, request: ProxyRequest, address: RequestPath, search: URLSearchParams,
): APIGatewayProxyEvent {
  const { path, ofRequest } = address;
  const { message, body } = request;
  const headers = requestHeaders(message);
  const query = queryOf(search);
  const binary = isBinary(api, message.headers['content-type']) && body.length > 0;
  return {
    resource: path === '/' ? '/' : '/{proxy+}',
    path: ofRequest,
    httpMethod: message.method ?? 'GET',
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastOf(query),
    multiValueQueryStringParameters: query,
    pathParameters: path === '/' ? null : { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: requestContext(api, request, address),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

/** The function's answer as HTTP. @returns undefined without the shape that API Gateway demands, which is a 502 */
export function answerOf(api: RestApi, result: unknown): Answer | undefined {
  const answer = (result ?? {}) as Partial<APIGatewayProxyResult>;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer;
  if (!Number.isInteger(Number(statusCode)) || (body !== undefined && typeof body !== 'string')) return undefined;
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) all[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) all[name.toLowerCase()] = values.map(String);
  const binary = isBase64Encoded === true && api.binaryMediaTypes.length > 0;
  return {
    statusCode: Number(statusCode),
    headers: { 'content-type': 'application/json', ...all },
    body: Buffer.from(body ?? '', binary ? 'base64' : 'utf8'),
  };
}
