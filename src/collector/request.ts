import { APIGatewayProxyEvent } from 'aws-lambda';
import { anonymise, IpPolicy } from './client-address';

/** A request as the protocols see it. */
export interface CollectorRequest {
  readonly id: string;
  /** epoch milliseconds, the collector's clock */
  readonly receivedAt: number;
  readonly method: string;
  /** path below the stage, without slashes at its ends and without the prefix `v1/`; '' is the root */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** anonymised */
  readonly clientAddress?: string;
  /** `https` on AWS */
  readonly scheme: string;
  /** host and path under which this collector is reached, without a slash at the end */
  readonly location: string;
}

/** Reads API Gateway's proxy event. */
export function fromProxyEvent(event: APIGatewayProxyEvent, ipPolicy: IpPolicy, receivedAt: number): CollectorRequest {
  const headers = lowerCaseNames(event.headers ?? {});
  const proxy = event.pathParameters?.proxy ?? '';
  return {
    id: event.requestContext.requestId,
    receivedAt,
    method: event.httpMethod.toUpperCase(),
    path: normalisePath(proxy),
    query: present(event.queryStringParameters ?? {}),
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    clientAddress: anonymise(event.requestContext.identity?.sourceIp, ipPolicy),
    scheme: headers['x-forwarded-proto'] === 'http' ? 'http' : 'https',
    location: location(event, proxy),
  };
}

/**
 * The stage is named `v1`, so a client that knows only the host and sends to `/v1/batch` reaches `batch`, one that keeps the stage in its URL
 * reaches `v1/batch`. Both mean the same.
 */
export function normalisePath(path: string): string {
  return path.replace(/^\/+|\/+$/g, '').replace(/^(?:v1(?:\/|$))+/, '');
}

/** Never from the Host header, which the client chooses: what is returned here becomes the address of a browser's requests. */
function location({ requestContext }: APIGatewayProxyEvent, proxy: string): string {
  const suffix = `/${proxy}`;
  const path = requestContext.path ?? `/${requestContext.stage}${suffix}`;
  const prefix = path.endsWith(suffix) ? path.slice(0, path.length - suffix.length) : `/${requestContext.stage}`;
  return `${requestContext.domainName ?? 'localhost'}${prefix.replace(/\/+$/, '')}`;
}

function lowerCaseNames(headers: APIGatewayProxyEvent['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(present(headers)).map(([name, value]) => [name.toLowerCase(), value]));
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
