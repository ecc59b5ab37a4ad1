/** The traffic of the job's measurement: requests of several clients with events of about 1 KB, the same by seed. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { request, segmentMessage, WRITE_KEY } from './workload';
import { seededRandom } from '../test/support/seeded-random';

/** Events of a request, and of a record. */
export const EVENTS_A_REQUEST = 100;

const USERS = 50_000;
const PAGES = 5_000;
const SENT_AT = '2026-01-02T03:04:06.012Z';
const HAPPENED_MS = 1_767_323_045_678;

const SYSTEMS = [
  'Macintosh; Intel Mac OS X 10_15_7', 'Windows NT 10.0; Win64; x64', 'X11; Linux x86_64', 'Linux; Android 10; K',
  'X11; CrOS x86_64 14541.0.0',
];
const USER_AGENTS = SYSTEMS.flatMap(system => Array.from({ length: 10 }, (_, index) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${122 + index}.0.0.0 Safari/537.36`));

type Random = (below: number) => number;
type Client = (random: Random) => APIGatewayProxyEvent;

/** A client for each twentieth of the traffic: Segment's SDK sends half of it. */
const CLIENTS: readonly Client[] = [
  ...Array<Client>(10).fill(segment), ...Array<Client>(4).fill(snowplow), ...Array<Client>(3).fill(awsClickstream),
  ...Array<Client>(3).fill(native),
];

/** The requests of that many hundreds of events. */
export function* traffic(requests: number, seed: number): Generator<APIGatewayProxyEvent> {
  const uniform = seededRandom(seed);
  const random: Random = below => Math.floor(uniform() * below);
  for (let number = 0; number < requests; number++) yield CLIENTS[number % CLIENTS.length](random);
}

function batch<Event>(event: () => Event): Event[] {
  return Array.from({ length: EVENTS_A_REQUEST }, event);
}

/** A UUIDv4, as random as the seed. */
function uuid(random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[random(4)]}${hex(3)}-${hex(12)}`;
}

function page(random: Random) {
  const product = random(PAGES);
  const search = `?utm_source=news&utm_medium=email&utm_campaign=week-${random(52)}`;
  const path = `/products/${product}`;
  return { path, search, url: `https://shop.example${path}${search}`, title: `Product ${product} - Shop` };
}

function segment(random: Random): APIGatewayProxyEvent {
  const messages = batch(() => {
    const { path, search, url, title } = page(random);
    const message = segmentMessage(random(USERS));
    return {
      ...message,
      messageId: uuid(random),
      anonymousId: uuid(random),
      userId: `user-${random(USERS)}`,
      context: {
        ...message.context,
        page: { ...message.context.page, path, search, url, title },
        userAgent: USER_AGENTS[random(USER_AGENTS.length)],
      },
    };
  });
  return request('v1/batch', JSON.stringify({ batch: messages, sentAt: SENT_AT }));
}

function snowplow(random: Random): APIGatewayProxyEvent {
  const iglu = (name: string, data: unknown) =>
    ({ schema: `iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0`, data });
  const data = batch(() => {
    const { url, title } = page(random);
    return {
      e: 'pv',
      tv: 'js-4.10.0',
      tna: 'sp',
      p: 'web',
      aid: WRITE_KEY,
      eid: uuid(random),
      url,
      page: title,
      refr: 'https://www.example.org/',
      duid: uuid(random),
      uid: `user-${random(USERS)}`,
      sid: uuid(random),
      vid: '3',
      dtm: String(HAPPENED_MS),
      stm: String(HAPPENED_MS + 400),
      ua: USER_AGENTS[random(USER_AGENTS.length)],
      res: '1920x1080',
      vp: '1440x900',
      ds: '1425x4210',
      cd: '24',
      cs: 'UTF-8',
      cookie: '1',
      tz: 'Europe/Berlin',
      lang: 'en-US',
      co: JSON.stringify(iglu('contexts', [
        iglu('web_page', { id: uuid(random) }),
        iglu('ua', { timing: [random(900), random(900)], experiment: `variant-${random(4)}` }),
      ])),
    };
  });
  return request('com.snowplowanalytics.snowplow/tp2', JSON.stringify(iglu('payload_data', data)));
}

function awsClickstream(random: Random): APIGatewayProxyEvent {
  const events = batch(() => {
    const { path, url, title } = page(random);
    return {
      event_type: '_page_view',
      event_id: uuid(random),
      timestamp: HAPPENED_MS,
      app_id: WRITE_KEY,
      device_id: uuid(random),
      unique_id: uuid(random),
      platform: 'Web',
      make: 'Google Inc.',
      locale: 'en-US',
      system_language: 'en',
      country_code: 'US',
      zone_offset: 3_600_000,
      screen_width: 1920,
      screen_height: 1080,
      viewport_width: 1440,
      viewport_height: 900,
      host_name: 'shop.example',
      sdk_name: 'aws-solution-clickstream-sdk',
      sdk_version: '0.12.6',
      user: { _user_id: { value: `user-${random(USERS)}`, set_timestamp: HAPPENED_MS } },
      attributes: {
        _session_id: uuid(random),
        _session_number: 4,
        _session_start_timestamp: HAPPENED_MS,
        _page_title: title,
        _page_url: url,
        _page_url_path: path,
        _latest_referrer: 'https://www.example.org/',
        _engagement_time_msec: 1200,
      },
    };
  });
  const query = { platform: 'Web', appId: WRITE_KEY, event_bundle_sequence_id: '1' };
  const userAgent = USER_AGENTS[random(USER_AGENTS.length)];
  return request('collect', JSON.stringify(events), { query, userAgent });
}

function native(random: Random): APIGatewayProxyEvent {
  const events = batch(() => {
    const { url, title } = page(random);
    return {
      event_id: uuid(random),
      event_name: 'product_viewed',
      timestamp: HAPPENED_MS,
      user_id: `user-${random(USERS)}`,
      anonymous_id: uuid(random),
      session_id: uuid(random),
      page_url: url,
      page_title: title,
      page_referrer: 'https://www.example.org/',
      locale: 'en-US',
      timezone: 'Europe/Berlin',
      properties: { product_id: `sku-${random(900)}`, price: 18.99, currency: 'EUR', position: random(40) },
    };
  });
  return request('events', JSON.stringify(events), { userAgent: USER_AGENTS[random(USER_AGENTS.length)] });
}
