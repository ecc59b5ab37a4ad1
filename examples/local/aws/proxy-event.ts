/** Translates between HTTP and payload format 1.0, in which a REST API and an HTTP API call the function. */
import { IncomingMessage, validateHeaderName, validateHeaderValue } from 'http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Answer, EdgeRequest } from './edge-form';
import { ACCOUNT } from './intrinsics';

export type Multi = Record<string, string[]>;

/** All values of each name. A Map first, because a client may choose names like `constructor` and `__proto__`. */
function grouped(pairs: Iterable<readonly [string, string]>): Multi {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...groups.get(name) ?? [], value]);
  return Object.fromEntries(groups);
}

/** What tells the two kinds of API apart in an event. */
export interface ProxyFormat {
  readonly stage: string;
  /** which only an HTTP API's events have */
  readonly version?: '1.0';
  /** Whether a body with that content type comes in base64. */
  isBinary(contentType: string | undefined): boolean;
}

function lastOf(values: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all[all.length - 1]]));
}

/**
 * Headers as sent, in their spelling, with those that API Gateway sets itself: it overwrites a client's own
 * X-Forwarded-Proto.
 */
export function requestHeaders({ rawHeaders, socket }: IncomingMessage): Multi {
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
  { stage }: ProxyFormat, { message, requestId, receivedAt, prefix, path }: EdgeRequest,
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
    path: `${prefix}${path}`,
    protocol: `HTTP/${message.httpVersion}`,
    requestId,
    requestTime: receivedAt.toUTCString(),
    requestTimeEpoch: receivedAt.getTime(),
    resourceId: 'local',
    resourcePath: path === '/' ? '/' : '/{proxy+}',
    stage,
  };
}

export function proxyEvent(format: ProxyFormat, request: EdgeRequest): APIGatewayProxyEvent {
  const { message, body, prefix, path, atDomain, search } = request;
  const headers = requestHeaders(message);
  const query = queryOf(new URLSearchParams(search));
  const binary = format.isBinary(message.headers['content-type']) && body.length > 0;
  return {
    ...(format.version && { version: format.version }),
    resource: path === '/' ? '/' : '/{proxy+}',
    path: atDomain ? `${prefix}${path}` : path, // without the stage, but with a base path
    httpMethod: message.method ?? 'GET',
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastOf(query),
    multiValueQueryStringParameters: query,
    pathParameters: path === '/' ? null : { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: requestContext(format, request),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

export const isStatus = (status: number) => Number.isInteger(status) && status >= 200 && status <= 599;

export function areHeaders(headers: Readonly<Record<string, string | string[]>>): boolean {
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

/** The function's answer as HTTP. @returns undefined without the shape that API Gateway demands */
export function answerOf(result: unknown, decodesBase64: boolean): Answer | undefined {
  const answer = (result ?? {}) as Partial<APIGatewayProxyResult>;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer;
  if (!isStatus(Number(statusCode)) || (body !== undefined && typeof body !== 'string')) return undefined;
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) all[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) all[name.toLowerCase()] = values.map(String);
  if (!areHeaders(all)) return undefined;
  return {
    statusCode: Number(statusCode),
    headers: all,
    body: Buffer.from(body ?? '', isBase64Encoded === true && decodesBase64 ? 'base64' : 'utf8'),
  };
}
