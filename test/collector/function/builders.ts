import { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { collect, Collected } from '../../../src/collector/function/collect';
import { CollectorEnvironment, parseEnvironment } from '../../../src/collector/function/environment';
import { JsonObject } from '../../../src/collector/function/json';
import { countEntries, EntryCounts } from '../../../src/collector/function/lines';
import { fromEdgeEvent } from '../../../src/collector/function/request';

/** 2026-01-02T03:04:05.678Z */
export const RECEIVED_AT = 1_767_323_045_678;

export interface RequestParts {
  readonly method?: string;
  /** below the stage */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** a string or bytes as they are, anything else as JSON */
  readonly body?: unknown;
  readonly sourceIp?: string;
  readonly requestId?: string;
  readonly domainName?: string;
}

/**
 * An event as API Gateway's REST proxy integration makes it.
 *
 * The API declares every media type binary, so bodies come in base64.
 */
export function proxyEvent(parts: RequestParts = {}): APIGatewayProxyEvent {
  const path = (parts.path ?? '/v1/events').replace(/^\//, '');
  return {
    resource: path === '' ? '/' : '/{proxy+}',
    path: `/${path}`,
    httpMethod: parts.method ?? 'POST',
    headers: { ...parts.headers },
    multiValueHeaders: {},
    queryStringParameters: parts.query ? { ...parts.query } : null,
    multiValueQueryStringParameters: null,
    pathParameters: path === '' ? null : { proxy: path },
    stageVariables: null,
    body: parts.body === undefined ? null : bytes(parts.body).toString('base64'),
    isBase64Encoded: parts.body !== undefined,
    requestContext: {
      requestId: parts.requestId ?? 'request-1',
      stage: 'v1',
      path: `/v1/${path}`,
      domainName: parts.domainName ?? 'abc.execute-api.eu-west-1.amazonaws.com',
      identity: { sourceIp: parts.sourceIp ?? '203.0.113.77' },
    } as APIGatewayProxyEvent['requestContext'],
  };
}

function bytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

export function lambdaContext(remainingMs = 10_000): Context {
  return { awsRequestId: 'invocation-1', getRemainingTimeInMillis: () => remainingMs } as Context;
}

export function settings(environment: Partial<CollectorEnvironment> = {}) {
  return parseEnvironment({ STREAM_NAME: 'clicks', ...environment });
}

export interface Seen extends Collected, EntryCounts {
  readonly lines: string[];
  /** the lines, parsed */
  readonly events: JsonObject[];
  readonly badEvents: JsonObject[];
}

/** Reads a request as the collector does, up to the lines it would store. */
export function collected(parts: RequestParts, environment: Partial<CollectorEnvironment> = {}): Seen {
  const parsed = settings(environment);
  const result = collect(fromEdgeEvent(proxyEvent(parts), parsed, RECEIVED_AT), parsed);
  const lines = result.entries.flatMap(entry => entry.lines);
  const parsedLines: JsonObject[] = lines.map(line => JSON.parse(line));
  return {
    ...result,
    ...countEntries(result.entries),
    lines,
    events: parsedLines.filter(line => line.kind === 'event'),
    badEvents: parsedLines.filter(line => line.kind === 'bad'),
  };
}
