/** The SDKs of servers, unmodified: every call is stored once, in its columns, wherever the collector is mounted. */
import { Ids, runNode, runPython } from './support/client-process';
import { Collector, CollectorUrls } from './support/collector';
import { StoredLine } from './support/stored-line';

const EVERYWHERE = ['host', 'stage', 'domain', 'basePath'] as const;
const BELOW_THE_STAGE = ['stage', 'domain', 'basePath'] as const;
const START_MS = 60_000;
const TEST_MS = 90_000;

type Run = (sdk: string, ...args: string[]) => Promise<Ids>;

interface Client {
  readonly sdk: string;
  readonly script: string;
  readonly run: Run;
  /** further arguments */
  readonly options?: string[];
  readonly key: string;
  /** Where the collector is; the API's bare host is for SDKs that append /v1/… themselves. */
  readonly at: readonly (keyof CollectorUrls)[];
  /** What all its events have. */
  readonly common: Partial<StoredLine>;
  /** Name of a call → what its event has. */
  readonly calls: Readonly<Record<string, Partial<StoredLine>>>;
}

const user = { user_id: 'u-1', anonymous_id: 'a-1' };
const order = {
  event_name: 'Order Completed',
  event_type: 'track',
  value: 12.5,
  currency: 'EUR',
  ip_address: '203.0.113.0',
} as const;
const ORDER_PROPERTIES = '{"revenue":12.5,"currency":"EUR"}';

/** The calls of Segment's specification, as most of its SDKs and RudderStack's map them. */
const SPECIFIED_CALLS: Client['calls'] = {
  identify: { ...user, event_name: 'identify', event_type: 'identify', traits: '{"plan":"pro"}' },
  track: { ...user, ...order, properties: ORDER_PROPERTIES },
  page: { ...user, event_name: 'Home', event_type: 'page', page_url: 'https://shop.example/' },
  screen: { ...user, event_name: 'Start', event_type: 'screen', screen_name: 'Start', properties: '{"tab":2}' },
  group: { ...user, event_name: 'group', event_type: 'group', group_id: 'g-1', traits: '{"seats":3}' },
  alias: { event_name: 'alias', event_type: 'alias', user_id: 'u-1', previous_id: 'a-1' },
};

const visit = {
  user_id: 'u-1',
  anonymous_id: 'd-1',
  device_id: 'd-1',
  session_id: 's-1',
  session_index: 3,
  ip_address: '203.0.113.0',
};
const client = { user_agent: 'Test/1.0', locale: 'de-AT', timezone: 'Europe/Vienna' };
const visitor = {
  contexts: expect.stringContaining('{"schema":"iglu:com.acme/visitor/jsonschema/1-0-0","data":{"kind":"tester"}}'),
};
const iglu = (name: string, vendor = 'com.snowplowanalytics.snowplow') => `iglu:${vendor}/${name}/jsonschema/1-0-0`;

const SNOWPLOW_CALLS: Client['calls'] = {
  pageView: {
    event_name: 'page_view',
    event_type: 'page',
    page_url: 'https://shop.example/tea',
    page_title: 'Tee für zwei',
    page_referrer: 'https://search.example/',
  },
  pagePing: { event_name: 'page_ping', event_type: 'ping', properties: expect.stringContaining('"pp_may":"120"') },
  struct: {
    event_name: 'add-to-cart',
    event_type: 'track',
    value: 12.5,
    properties: expect.stringContaining('"se_la":"tea"'),
  },
  selfDescribing: {
    event_name: 'viewed_product',
    event_type: 'track',
    event_schema: iglu('viewed_product', 'com.acme'),
    properties: '{"price":20}',
  },
  screenView: {
    event_name: 'screen_view',
    event_type: 'screen',
    screen_name: 'Start',
    event_schema: expect.stringContaining('/screen_view/'),
  },
};

const SNOWPLOW_NODE: Omit<Client, 'script' | 'options'> = {
  sdk: '@snowplow/node-tracker',
  run: runNode,
  key: 'shop-srv',
  at: BELOW_THE_STAGE,
  common: {
    protocol: 'snowplow',
    sdk_name: 'node',
    sdk_version: '4.8.0',
    platform: 'server',
    ...visit,
    ...client,
    ...visitor,
  },
  calls: {
    ...SNOWPLOW_CALLS,
    addToCart: {
      event_name: 'add_to_cart',
      event_schema: iglu('add_to_cart'),
      properties: expect.stringContaining('"sku":"tea-1"'),
    },
    adClick: { event_name: 'ad_click', event_schema: iglu('ad_click') },
    transaction: { event_name: 'transaction', value: 12.5, currency: 'EUR' },
    transactionItem: { event_name: 'transaction_item', value: 6.25, currency: 'EUR' },
  },
};

const SNOWPLOW_PYTHON: Omit<Client, 'script' | 'options'> = {
  sdk: 'snowplow-tracker (Python)',
  run: runPython,
  key: 'shop-py',
  at: BELOW_THE_STAGE,
  common: {
    protocol: 'snowplow',
    sdk_name: 'py',
    sdk_version: '1.1.0',
    platform: 'desktop',
    ...visit,
    ...client,
    ...visitor,
  },
  calls: SNOWPLOW_CALLS,
};

const CLIENTS: readonly Client[] = [
  {
    sdk: '@segment/analytics-node',
    script: 'segment-analytics-node',
    run: runNode,
    key: 'key-segment-node',
    at: EVERYWHERE,
    common: { protocol: 'segment', sdk_name: '@segment/analytics-node', sdk_version: '3.1.0' },
    calls: {
      ...SPECIFIED_CALLS,
      track: {
        ...user,
        ...order,
        page_url: 'https://shop.example/tea',
        page_title: 'Tea',
        locale: 'de-AT',
        properties: '{"revenue":12.5,"currency":"EUR","items":[{"sku":"a"}]}',
      },
    },
  },
  {
    sdk: 'segment-analytics-python',
    script: 'segment_analytics_python',
    run: runPython,
    key: 'key-segment-python',
    at: EVERYWHERE,
    common: { protocol: 'segment', sdk_name: 'analytics-python', sdk_version: '2.4.0' },
    calls: SPECIFIED_CALLS,
  },
  {
    sdk: 'segment-analytics-python, gzip',
    script: 'segment_analytics_python',
    run: runPython,
    options: ['gzip'],
    key: 'key-segment-python-gzip',
    at: ['host'],
    common: { protocol: 'segment', sdk_name: 'analytics-python', sdk_version: '2.4.0' },
    calls: SPECIFIED_CALLS,
  },
  {
    sdk: '@rudderstack/rudder-sdk-node',
    script: 'rudder-sdk-node',
    run: runNode,
    key: 'key-rudder-node',
    at: EVERYWHERE,
    common: { protocol: 'rudder', sdk_name: 'analytics-node', sdk_version: '3.0.13', platform: 'server' },
    calls: SPECIFIED_CALLS,
  },
  {
    sdk: 'rudder-sdk-python',
    script: 'rudder_sdk_python',
    run: runPython,
    key: 'key-rudder-python',
    at: EVERYWHERE,
    common: { protocol: 'rudder', sdk_name: 'analytics-python', sdk_version: '2.1.9', platform: 'server' },
    calls: SPECIFIED_CALLS,
  },
  {
    sdk: '@jitsu/js',
    script: 'jitsu',
    run: runNode,
    key: 'jitsu:secret',
    at: BELOW_THE_STAGE,
    common: { protocol: 'segment', sdk_name: '@jitsu/js', sdk_version: '1.11.0', user_id: 'u-1' },
    calls: {
      identify: { event_name: 'identify', event_type: 'identify', traits: '{"plan":"pro"}' },
      track: {
        event_name: 'Order Completed',
        event_type: 'track',
        value: 12.5,
        currency: 'EUR',
        properties: ORDER_PROPERTIES,
        traits: '{"plan":"pro"}',
      },
      page: { event_name: 'Home', event_type: 'page', page_url: 'https://shop.example/', page_path: '/' },
      group: { event_name: 'group', event_type: 'group', group_id: 'g-1', traits: '{"seats":3}' },
    },
  },
  { ...SNOWPLOW_NODE, script: 'snowplow-node-tracker' },
  {
    ...SNOWPLOW_NODE,
    sdk: '@snowplow/node-tracker, GET',
    key: 'shop-srv-get',
    script: 'snowplow-node-tracker',
    options: ['get'],
    at: ['stage'],
  },
  { ...SNOWPLOW_PYTHON, script: 'snowplow_tracker_python', options: ['post'] },
  {
    ...SNOWPLOW_PYTHON,
    sdk: 'snowplow-tracker (Python), GET',
    key: 'shop-py-get',
    script: 'snowplow_tracker_python',
    options: ['get'],
    at: ['stage'],
  },
  {
    sdk: 'posthog-node',
    script: 'posthog-node',
    run: runNode,
    key: 'phc_key',
    at: BELOW_THE_STAGE,
    common: { protocol: 'posthog', sdk_name: 'posthog-node', sdk_version: '5.70.0', user_id: 'u-1' },
    calls: {
      '$identify': { event_type: 'identify', traits: expect.stringContaining('"plan":"pro"') },
      'Order Completed': {
        event_type: 'track',
        value: 12.5,
        currency: 'EUR',
        ip_address: '203.0.113.0',
        properties: expect.stringContaining('"revenue":12.5'),
      },
      '$pageview': { event_type: 'page', page_url: 'https://shop.example/tea' },
      '$groupidentify': { event_type: 'group', group_id: 'g-1', traits: '{"seats":3}' },
      '$create_alias': { event_type: 'alias', previous_id: 'a-1' },
      '$exception': { event_type: 'track', properties: expect.stringContaining('"value":"broken"') },
    },
  },
];

let collector: Collector;

beforeAll(async () => {
  collector = await Collector.start({ sources: Object.fromEntries(CLIENTS.map(({ sdk, key }) => [sdk, key])) });
}, START_MS);

afterAll(() => collector?.stop());

describe.each(CLIENTS)('$sdk', ({ sdk, script, run, options = [], key, at, common, calls }) => {
  const names = Object.keys(calls).sort();
  let sent: Ids[];

  test(
    `every call is sent, at the ${at.join(', ')}`,
    async () => {
      sent = await Promise.all(at.map(where => run(script, collector.urls[where], key, ...options)));
      expect(sent.map(ids => Object.keys(ids).sort())).toEqual(at.map(() => names));
    },
    TEST_MS,
  );

  test(
    'and stored once, in its columns',
    async () => {
      const ids = sent.flatMap(Object.values<string>);
      const copies = await collector.eventsOf(sdk, ids.length);
      expect({ ids: copies.ids.sort(), repeated: copies.repeated }).toEqual({
        ids: [...new Set(ids)].sort(),
        repeated: [],
      });
      for (const stored of sent.map(of => copies.named(of))) {
        for (const call of names) {
          expect({ call, ...stored[call] }).toMatchObject({
            call,
            source_id: sdk,
            app_id: sdk,
            ...common,
            ...calls[call],
          });
        }
      }
    },
    TEST_MS,
  );
});

test('no event was bad', async () => {
  expect(await collector.badLines()).toEqual([]);
});

test("neither a write key nor a person is in the function's log", () => {
  const log = collector.log.join('\n');
  for (const secret of [...CLIENTS.map(({ key }) => key), 'u-1', '203.0.113', 'shop.example']) {
    expect(log).not.toContain(secret);
  }
});
