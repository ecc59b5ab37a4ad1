import { JsonObject, JsonValue } from '../../../../src/collector/function/json';
import { RECEIVED_AT, RequestParts } from '../builders';

/** A recorded request: where it goes, and its content before it is written and compressed. */
export interface Shape {
  readonly path: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** of a pixel its query */
  readonly content: JsonObject | readonly JsonValue[];
}

const TIME = '2026-01-02T03:04:05.000Z';
/** Of the clients that sent them. */
export const ADDRESS = '198.51.100.77';
const PAGE = { path: '/', referrer: 'https://news.example/', title: 'Shop', url: 'https://shop.example/?utm_source=x' };
const SCREEN = { width: 1920, height: 1080, innerWidth: 1200, innerHeight: 800 };

const SEGMENT = {
  type: 'track',
  event: 'Order',
  messageId: 'm1',
  anonymousId: 'a1',
  userId: 'u1',
  timestamp: TIME,
  sentAt: TIME,
  properties: { price: 3, currency: 'EUR', revenue: '9.5', products: [{ sku: 'tea' }] },
  integrations: { All: true },
  context: {
    page: PAGE,
    screen: SCREEN,
    ip: ADDRESS,
    userAgent: 'Mozilla/5.0',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    library: { name: 'analytics.js', version: 'next-1.84.3' },
    campaign: { source: 'x', name: 'spring' },
    traits: { plan: 'free', age: '3' },
    device: { id: 'd1', type: 'phone' },
    os: { name: 'iOS', version: '19' },
    consent: { categoryPreferences: { ads: 'no' } },
    sessionId: 's1',
    groupId: 'g1',
  },
  writeKey: 'key-1',
  _metadata: { bundled: ['Segment.io'] },
};
const segment = (type: string, fields: JsonObject = {}): JsonObject => ({ ...SEGMENT, type, ...fields });
const IDENTIFY = segment('identify', { traits: { plan: 'pro', name: 'Ada' } });
const GROUP = segment('group', { groupId: 'g1', traits: { seats: '3' } });
const SCREEN_CALL = segment('screen', { name: 'Cart' });

const RUDDER = {
  ...SEGMENT,
  channel: 'web',
  originalTimestamp: TIME,
  request_ip: ADDRESS,
  context: { ...SEGMENT.context, library: { name: 'RudderLabs JavaScript SDK', version: '3.34.0' } },
};

const iglu = (name: string, data: JsonValue) => ({
  schema: `iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0`, data,
});
const CONTEXTS = JSON.stringify(iglu('contexts', [
  iglu('web_page', { id: 'v1', ip: ADDRESS }), iglu('client_session', { sessionId: 's1', sessionIndex: 7 }),
  iglu('consent_document', { id: 'c1' }),
]));
const UNSTRUCTURED = JSON.stringify(iglu('unstruct_event', iglu('link_click', { targetUrl: 'https://a.example' })));
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const SNOWPLOW = {
  e: 'pv',
  tv: 'js-4.10.0',
  p: 'web',
  aid: 'shop',
  eid: 'e1',
  url: PAGE.url,
  page: 'Shop',
  refr: PAGE.referrer,
  uid: 'u1',
  duid: 'd1',
  tnuid: 'n1',
  sid: 's1',
  vid: '3',
  dtm: '1767323045000',
  stm: '1767323045100',
  ip: ADDRESS,
  ua: 'Mozilla/5.0',
  res: '1920x1080',
  vp: '1200x800',
  tz: 'Europe/Berlin',
  lang: 'de-DE',
  ds: '1200x5000',
};
const SNOWPLOW_EVENTS = [
  { ...SNOWPLOW, co: CONTEXTS },
  { ...SNOWPLOW, cx: base64url(CONTEXTS) },
  { ...SNOWPLOW, e: 'se', se_ca: 'cart', se_ac: 'add', se_va: '9.5' },
  { ...SNOWPLOW, e: 'tr', tr_id: 't', tr_tt: '10', tr_cu: 'EUR' },
  { ...SNOWPLOW, e: 'ue', ue_pr: UNSTRUCTURED, co: CONTEXTS },
  { ...SNOWPLOW, e: 'ue', ue_px: base64url(UNSTRUCTURED), cx: base64url(CONTEXTS) },
];
const TP2 = '/com.snowplowanalytics.snowplow/tp2';

const AWS = {
  event_type: '_page_view',
  event_id: 'e1',
  timestamp: RECEIVED_AT,
  app_id: 'shop',
  device_id: 'd1',
  unique_id: 'a1',
  platform: 'Web',
  model: 'iPhone',
  locale: 'de-DE',
  screen_width: 1920,
  screen_height: 1080,
  host_name: 'shop.example',
  sdk_name: 'aws-solution-clickstream-sdk',
  sdk_version: '0.12.0',
  items: [{ id: 'i1' }],
  hashCode: 'ab12',
  user: { _user_id: { value: 'u1', set_timestamp: 1 }, plan: { value: 'pro', set_timestamp: 2 } },
  attributes: { _session_id: 's1', _page_url: PAGE.url, _latest_referrer: PAGE.referrer, color: 'red' },
};
const AWS_QUERY = { platform: 'Web', appId: 'shop', upload_timestamp: '1767323045500', hashCode: 'ab12' };

const NATIVE = {
  event_name: 'click',
  event_id: 'e1',
  timestamp: TIME,
  sent_at: TIME,
  user_id: 'u1',
  anonymous_id: 'a1',
  page_url: PAGE.url,
  page_host: 'Shop.example:80',
  platform: 'Web',
  screen_size: '10x20',
  user_agent: 'Mozilla/5.0',
  app_id: 'shop',
  ip_address: ADDRESS,
  element: 'BUTTON',
  properties: { a: '1', element: 'x' },
  traits: { plan: 'pro' },
  contexts: { app: 'web', element: 'y' },
  consent: { ads: 'no' },
};

const POSTHOG = {
  uuid: 'p1',
  event: '$pageview',
  timestamp: TIME,
  offset: 12,
  $set: { plan: 'pro' },
  ip: ADDRESS,
  properties: {
    token: 'key-1',
    distinct_id: 'd1',
    $device_id: 'd2',
    $lib: 'web',
    $lib_version: '1.290.0',
    $session_id: 's1',
    $current_url: PAGE.url,
    $host: 'Shop.example',
    title: 'Shop',
    $referrer: '$direct',
    $raw_user_agent: 'Mozilla/5.0',
    $screen_width: 392.7,
    $screen_height: 851,
    $ip: ADDRESS,
    $set: { plan: 'free' },
    $set_once: { first: 'x' },
  },
};
const POSTHOG_SERVER = {
  uuid: 'p2',
  event: 'Order',
  distinct_id: 'u1',
  library: 'posthog-node',
  library_version: '5',
  properties: { value: 3 },
};
const POSTHOG_GROUP = {
  event: '$groupidentify', distinct_id: '$company_g1', properties: { $group_key: 'g1', $group_set: { size: '3' } },
};

const GA4 = {
  client_id: 'c1',
  user_id: 'u1',
  timestamp_micros: 1_767_323_045_000_000,
  ip_override: ADDRESS,
  user_agent: 'Mozilla',
  user_properties: { plan: { value: 'pro' } },
  consent: { ad_user_data: 'DENIED' },
  device: { category: 'mobile' },
  user_location: { city: 'Berlin' },
  events: [
    { name: 'purchase', params: { session_id: '77', value: 9.5, currency: 'EUR', page_location: PAGE.url } },
    { name: 'page_view', params: { page_title: 'Shop' } },
  ] as JsonObject[],
};

/** Recorded requests of every family. */
export const SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  segment: [
    ...['track', 'page', 'identify', 'group', 'alias', 'screen'].map(type => ({
      path: `/v1/${type}`, content: segment(type, { previousId: 'p1', groupId: 'g1', traits: { plan: 'pro' } }),
    })),
    { path: '/v1/batch', content: { batch: [SEGMENT, IDENTIFY, GROUP, SCREEN_CALL], sentAt: TIME, writeKey: 'key-1' } },
    { path: '/v1/import', content: { batch: [SEGMENT, SEGMENT], context: { app: 'shop' }, integrations: {} } },
  ],
  rudder: [
    { path: '/v1/track', content: RUDDER },
    { path: '/v1/batch', content: { batch: [RUDDER, { ...RUDDER, timestamp: 'x' }], sentAt: TIME } },
    { path: '/beacon/v1/batch', query: { writeKey: 'key-1' }, content: { batch: [RUDDER] } },
    { path: '/v1/merge', content: { ...RUDDER, type: 'merge', mergeProperties: [{ type: 'email', value: 'a@b' }] } },
    ...['track', 'page'].map(call => ({
      path: `/pixel/v1/${call}`,
      method: 'GET',
      content: { writeKey: 'key-1', event: 'x', userId: 'u', anonymousId: 'a', color: 'r', timestamp: TIME },
    })),
  ],
  jitsu: ['/api/s/page', '/api/s/s2s/track', '/api/s/identify', '/api/s/event', '/v1/api/s/event'].map(path => ({
    path, content: SEGMENT,
  })),
  snowplow: [
    ...SNOWPLOW_EVENTS.map(event => ({ path: TP2, content: { ...iglu('payload_data', [event]) } })),
    { path: TP2, query: { aid: 'app', nuid: 'n2', note: 'x' }, content: { data: SNOWPLOW_EVENTS, extra: 'y' } },
    ...SNOWPLOW_EVENTS.flatMap(content => ['/i', '/ice.png', TP2].map(path => ({ path, method: 'GET', content }))),
  ],
  aws_clickstream: [
    { path: '/collect', query: AWS_QUERY, content: [AWS, { ...AWS, event_type: 'tap' }] },
    { path: '/collect', query: AWS_QUERY, content: AWS },
  ],
  native: [
    { path: '/v1/events', content: NATIVE },
    { path: '/', content: [NATIVE, { event: 'Order', type: 'page' }] },
    { path: '/events', content: { events: [NATIVE, { type: 'click' }], app_id: 'shop', user_id: 'u1', note: 'x' } },
  ],
  posthog: [
    { path: '/e/', query: { _: '1767323045500' }, content: [POSTHOG, POSTHOG_GROUP] },
    { path: '/i/v0/e', content: POSTHOG },
    { path: '/batch/', content: { api_key: 'key-1', batch: [POSTHOG_SERVER, POSTHOG, POSTHOG_GROUP], sent_at: TIME } },
  ],
  ga4: [{ path: '/mp/collect', query: { measurement_id: 'G-1', api_secret: 'key-1' }, content: GA4 }],
};

export const FAMILIES = Object.keys(SHAPES);

export function isPixel({ method }: Pick<RequestParts, 'method'>): boolean {
  return method === 'GET';
}
