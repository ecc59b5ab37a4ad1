/** Translates between HTTP and payload format 2.0, in which a function URL calls its function. */
import type { APIGatewayProxyStructuredResultV2, LambdaFunctionURLEvent } from 'aws-lambda';
import { Answer, EdgeRequest } from './edge-form';
import { areHeaders, isStatus, Multi, requestHeaders } from './proxy-event';

/** Names in lower case, values of one name joined with commas, and no cookies, which have a field of their own. */
function joined(headers: Multi): Record<string, string> {
  const merged = new Map<string, string[]>();
  for (const [name, values] of Object.entries(headers)) {
    const key = name.toLowerCase();
    merged.set(key, [...merged.get(key) ?? [], ...values]);
  }
  merged.delete('cookie');
  return Object.fromEntries([...merged].map(([name, values]) => [name, values.join(',')]));
}

function queryOf(search: string): Record<string, string> | undefined {
  const query = new URLSearchParams(search);
  if (query.size === 0) return undefined;
  return Object.fromEntries([...query.keys()].map(name => [name, query.getAll(name).join(',')]));
}

export function urlEvent(request: EdgeRequest, binary: boolean): LambdaFunctionURLEvent {
  const { message, body, requestId, receivedAt, rawPath, search } = request;
  const { socket, headers } = message;
  const cookies = headers.cookie?.split(/; */);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: search,
    ...(cookies && { cookies }),
    headers: joined(requestHeaders(message)),
    queryStringParameters: queryOf(search),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: `${socket.localAddress}:${socket.localPort}`,
      domainPrefix: 'local',
      http: {
        method: message.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${message.httpVersion}`,
        sourceIp: socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: receivedAt.toUTCString(),
      timeEpoch: receivedAt.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(binary ? 'base64' : 'utf8') }),
    isBase64Encoded: binary && body.length > 0,
  };
}

type Result = APIGatewayProxyStructuredResultV2 & { readonly cookies?: unknown };

/** The function's answer as HTTP. A cookie among its headers is lost, as Lambda's documentation asks for `cookies`. */
export function urlAnswerOf(result: unknown): Answer | undefined {
  const { statusCode, headers = {}, cookies, body = '', isBase64Encoded } = (result ?? {}) as Result;
  if (statusCode === undefined) {
    // Without a status, whatever the function returns is the body.
    const text = JSON.stringify(result) ?? 'null';
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  if (!isStatus(Number(statusCode)) || typeof body !== 'string') return undefined;
  const pairs = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const all: Record<string, string | string[]> = Object.fromEntries(pairs.filter(([name]) => name !== 'set-cookie'));
  if (Array.isArray(cookies)) all['set-cookie'] = cookies.map(String);
  if (!areHeaders(all)) return undefined;
  return {
    statusCode: Number(statusCode),
    headers: { 'content-type': 'application/json', ...all },
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
