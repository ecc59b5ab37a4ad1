/** Events of every protocol as lines of the stream, made by the collector's own code. */
import { APIGatewayProxyEvent } from 'aws-lambda';
import { collect } from '../../../src/collector/function/collect';
import { parseEnvironment } from '../../../src/collector/function/environment';
import { fromEdgeEvent } from '../../../src/collector/function/request';

const RECEIVED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const URL = 'https://shop.example/tea?utm_source=news&utm_medium=email';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const ORDER = { order_id: 'o-1', value: 12.5, currency: 'EUR', cart: { value: 12.5, items: 2 }, plan: 'pro' };

interface Sample { readonly path: string; readonly query?: Record<string, string>; readonly body: unknown }

const SAMPLES: readonly Sample[] = [{
  path: 'events',
  body: [
    { event_id: 'n-1', event_name: 'page_view', event_type: 'page', anonymous_id: 'a-1', page_url: URL },
    { event_id: 'n-2', event_name: 'order_completed', user_id: 'u-1', ...ORDER },
  ],
}, {
  path: 'batch',
  body: {
    batch: [
      { messageId: 's-1', type: 'track', event: 'Order Completed', userId: 'u-1', properties: ORDER },
      { messageId: 's-2', type: 'identify', userId: 'u-1', traits: { plan: 'pro', email: 'ann@shop.example' } },
    ],
  },
}, {
  path: 'track',
  body: {
    messageId: 'r-1',
    type: 'track',
    event: 'Order Completed',
    userId: 'u-1',
    properties: ORDER,
    channel: 'web',
    context: { library: { name: 'RudderLabs JavaScript SDK', version: '3.34.1' }, page: { url: URL } },
    rudderId: 'r',
  },
}, {
  path: 'com.snowplowanalytics.snowplow/tp2',
  body: {
    schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
    data: [
      { e: 'pv', eid: '8d3d1a0c-0a0e-4c43-8c65-3d8f4c3a7f01', p: 'web', tv: 'js-4.10.1', aid: 'shop', url: URL },
      {
        e: 'se',
        eid: '8d3d1a0c-0a0e-4c43-8c65-3d8f4c3a7f02',
        p: 'web',
        tv: 'js-4.10.1',
        aid: 'shop',
        se_ca: 'shop',
        se_ac: 'add_to_cart',
        se_va: '12.5',
      },
    ],
  },
}, {
  path: 'collect',
  query: { platform: 'Web', appId: 'shop', event_bundle_sequence_id: '1' },
  body: [{
    event_type: 'purchase',
    event_id: 'w-1',
    timestamp: RECEIVED_AT - 1000,
    app_id: 'shop',
    device_id: 'd-1',
    unique_id: 'a-1',
    platform: 'Web',
    user: { plan: { value: 'pro' } },
    attributes: { ...ORDER, _page_url: URL },
  }],
}, {
  path: 'e',
  body: {
    api_key: 'phc_1',
    batch: [{
      uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
      event: 'order_completed',
      distinct_id: 'u-1',
      properties: { ...ORDER, $lib: 'web', $current_url: URL },
    }],
  },
}, {
  path: 'mp/collect',
  query: { measurement_id: 'G-1', api_secret: 's' },
  body: { client_id: 'c-1', events: [{ name: 'purchase', params: { ...ORDER, page_location: URL } }] },
}];

/** Lines of canonical JSON, some for each protocol. */
export function sampleLines(): string[] {
  const settings = parseEnvironment({ STREAM_NAME: 'clicks' });
  return SAMPLES.flatMap((sample, index) =>
    collect(fromEdgeEvent(proxyEvent(sample, index), settings, RECEIVED_AT), settings).entries
      .flatMap(({ lines }) => lines));
}

/** As API Gateway hands a request to the collector. */
function proxyEvent({ path, query, body }: Sample, index: number): APIGatewayProxyEvent {
  return {
    httpMethod: 'POST',
    headers: { 'user-agent': AGENT, 'content-type': 'application/json' },
    queryStringParameters: query ?? null,
    pathParameters: { proxy: path },
    body: JSON.stringify(body),
    requestContext: { requestId: `sample-${index}`, stage: 'v1', identity: { sourceIp: '203.0.113.7' } },
  } as unknown as APIGatewayProxyEvent;
}
