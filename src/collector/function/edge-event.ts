import { APIGatewayProxyEvent, LambdaFunctionURLEvent } from 'aws-lambda';

/** An event of one of the edges: a REST API, an HTTP API with payload format 1.0, or a function URL, with 2.0. */
export type EdgeEvent = APIGatewayProxyEvent | LambdaFunctionURLEvent;

/** The parts of payload format 1.0 that the collector reads. A REST API gives no `version`. */
export type ProxyEvent = Pick<
  APIGatewayProxyEvent,
  'headers' | 'httpMethod' | 'pathParameters' | 'queryStringParameters' | 'body' | 'isBase64Encoded'
> & {
  readonly version?: string;
  readonly path?: string;
  readonly requestContext: Pick<APIGatewayProxyEvent['requestContext'], 'requestId' | 'stage' | 'domainName'> & {
    readonly path?: string;
    readonly identity?: { readonly sourceIp: string };
  };
};

/** Whether it has payload format 2.0, and so wants cookies beside the headers of its result. */
export function isPayload2(event: EdgeEvent): event is LambdaFunctionURLEvent {
  return (event as Partial<LambdaFunctionURLEvent> | null)?.version === '2.0';
}

/** The event in payload format 1.0. The query is read again: format 2.0 joins the values of a name with commas. */
export function asProxyEvent(event: EdgeEvent): ProxyEvent {
  if (!isPayload2(event)) return event;
  const { cookies, headers, rawPath, rawQueryString, requestContext, body = null, isBase64Encoded } = event;
  const { method, sourceIp } = requestContext.http;
  return {
    httpMethod: method,
    headers: cookies ? { ...headers, cookie: cookies.join('; ') } : headers,
    path: rawPath,
    pathParameters: { proxy: decoded(rawPath.slice(1)) },
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    requestContext: { ...requestContext, path: undefined, identity: { sourceIp } },
    body,
    isBase64Encoded,
  };
}

/** The path of a function URL comes as it was sent, and those of the APIs come decoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
