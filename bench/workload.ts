/** Requests as trackers send them, the same in every run. */
import { gzipSync } from 'zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The write key that the measured collector is given. */
export const WRITE_KEY = 'bench-write-key';

const BROWSER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) '
  + 'Chrome/131.0.0.0 Safari/537.36';
/** When a batch was sent, by its own word. */
const SENT_AT = '2026-01-02T03:04:06.012Z';

/** A call of Segment's browser SDK with the context it always sends: about 1 KB. */
export function segmentMessage(index: number) {
  return {
    type: 'track',
    event: 'Product Viewed',
    messageId: `ajs-next-${1_767_323_045_000 + index}-5f4a7c1e`,
    anonymousId: `0e8a7b52-6c1d-4b8e-9d3f-${String(index).padStart(12, '0')}`,
    userId: `user-${index % 5_000}`,
    timestamp: '2026-01-02T03:04:05.678Z',
    sentAt: SENT_AT,
    properties: {
      product_id: `sku-${index % 900}`,
      category: 'Games',
      name: 'Monopoly: 3rd Edition',
      price: 18.99,
      currency: 'USD',
      position: index % 40,
    },
    context: {
      library: { name: 'analytics.js', version: 'next-1.84.3' },
      page: {
        path: '/games/monopoly',
        referrer: 'https://www.example.org/',
        search: '?utm_source=news',
        title: 'Monopoly',
        url: `https://shop.example/games/monopoly?utm_source=news&p=${index}`,
      },
      campaign: { source: 'news', medium: 'mail', name: 'winter' },
      userAgent: BROWSER,
      locale: 'en-US',
      timezone: 'Europe/Berlin',
      screen: { width: 1920, height: 1080, density: 2, innerWidth: 1440, innerHeight: 900 },
    },
  };
}

/** An event of the collector's own JSON: about 250 bytes. */
export function nativeEvent(index: number) {
  return {
    event_id: `e-${index}`,
    event_name: 'product_viewed',
    timestamp: '2026-01-02T03:04:05.678Z',
    user_id: `user-${index % 5_000}`,
    session_id: `session-${index % 20_000}`,
    page_url: `https://shop.example/games/monopoly?p=${index}`,
    properties: { product_id: `sku-${index % 900}`, price: 18.99 },
  };
}

export interface RequestParts {
  readonly query?: Readonly<Record<string, string>>;
  /** @default a desktop's Chrome */
  readonly userAgent?: string;
}

/** As API Gateway hands a POST to the function. */
export function request(
  path: string, body: string | Buffer, { query = {}, userAgent = BROWSER }: RequestParts = {},
): APIGatewayProxyEvent {
  const headers = {
    'Accept': '*/*',
    'Accept-Encoding': 'gzip, deflate, br',
    'Accept-Language': 'en-US,en;q=0.9',
    'Authorization': `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
    'Content-Type': 'text/plain',
    'Cookie': 'ajs_anonymous_id=0e8a7b52-6c1d-4b8e-9d3f-000000000001; sp=0e8a7b52-6c1d-4b8e-9d3f-000000000002',
    'Origin': 'https://shop.example',
    'Referer': 'https://shop.example/',
    'User-Agent': userAgent,
    'X-Forwarded-For': '203.0.113.77',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
  return {
    resource: '/{proxy+}',
    path: `/${path}`,
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query,
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, [value]])),
    pathParameters: { proxy: path },
    stageVariables: null,
    requestContext: {
      requestId: '3b1f0a52-6c1d-4b8e-9d3f-0e8a7b52c1d4',
      stage: 'v1',
      path: `/v1/${path}`,
      domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
      identity: { sourceIp: '203.0.113.77' },
    } as APIGatewayProxyEvent['requestContext'],
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

/** `count` requests of `size` messages in a Segment batch. */
export function segmentBatches(count: number, size: number): APIGatewayProxyEvent[] {
  const batch = (at: number) => range(size).map(index => segmentMessage(at * size + index));
  return range(count).map(at => request('batch', JSON.stringify({ batch: batch(at), sentAt: SENT_AT })));
}

/** `count` requests of `size` events of the collector's own JSON. */
export function nativeBatches(count: number, size: number): APIGatewayProxyEvent[] {
  const batch = (at: number) => range(size).map(index => nativeEvent(at * size + index));
  return range(count).map(at => request('events', JSON.stringify(batch(at))));
}

/** Requests that must be refused, each as costly as its kind can be within the limits. */
export function hostileRequests(): APIGatewayProxyEvent[] {
  const MIB = 1024 * 1024;
  return [
    request('batch', gzipSync(Buffer.alloc(64 * MIB))),
    request('batch', '['.repeat(MIB)),
    request('batch', `${'{"a":'.repeat(100_000)}1`),
    request('batch', Buffer.alloc(3 * MIB, 0x7b)),
    request('batch', `[${'1,'.repeat(MIB / 2 - 2)}`),
    request('batch', `{"batch":[${'{},'.repeat(5_000)}{}]}`),
    request('events', `{${range(65_536).map(index => `"k${index}":1`).join()}`),
    request('nothing/here', segmentMessage(1).event),
  ];
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
