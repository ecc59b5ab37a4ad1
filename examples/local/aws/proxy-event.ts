/** Translates between HTTP and the REST API's Lambda proxy format (payload version 1.0). */
import { IncomingMessage, validateHeaderName, validateHeaderValue } from 'http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Answer } from './gateway-responses';
import { ACCOUNT } from './intrinsics';
import { RestApi } from './template';

type Multi = Record<string, string[]>;

/** All values of each name. A Map first, because a client may choose names like `constructor` and `__proto__`. */
function grouped(pairs: Iterable<readonly [string, string]>): Multi {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...groups.get(name) ?? [], value]);
  return Object.fromEntries(groups);
}

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
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1]]] : []);
  const chain = pairs.filter(([name]) => /^x-forwarded-for$/i.test(name)).map(([, value]) => value);
  return grouped([
    ...pairs.filter(([name]) => !/^x-forwarded-(for|proto|port)$/i.test(name)),
    ['X-Forwarded-For', [...chain, socket.remoteAddress].filter(Boolean).join(', ')],
    ['X-Forwarded-Port', String(socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  ]);
}

function queryOf(search: URLSearchParams): Multi | null {
  return search.size > 0 ? grouped(search) : null;
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

const isStatus = (status: number) => Number.isInteger(status) && status >= 200 && status <= 599;

function areHeaders(headers: Readonly<Record<string, string | string[]>>): boolean {
  try {
    for (const [name, values] of Object.entries(headers)) {
      validateHeaderName(name);
      for (const value of [values].flat()) validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false; // Node says which character is not allowed, which API Gateway does not
  }
}

/** The function's answer as HTTP. @returns undefined without the shape that API Gateway demands, which is a 502 */
export function answerOf(api: RestApi, result: unknown): Answer | undefined {
  const answer = (result ?? {}) as Partial<APIGatewayProxyResult>;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer;
  if (!isStatus(Number(statusCode)) || (body !== undefined && typeof body !== 'string')) return undefined;
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) all[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) all[name.toLowerCase()] = values.map(String);
  if (!areHeaders(all)) return undefined;
  const binary = isBase64Encoded === true && api.binaryMediaTypes.length > 0;
  return {
    statusCode: Number(statusCode),
    headers: { 'content-type': 'application/json', ...all },
    body: Buffer.from(body ?? '', binary ? 'base64' : 'utf8'),
  };
}
