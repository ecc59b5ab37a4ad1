/** Unmodified browser SDKs on another site than the collector: CORS, credentials, cookies and beacons are real. */
import { BrowserLab } from './support/browser-lab';
import { Copies, StoredLine } from './support/stored-line';

const START_MS = 60_000;
const TEST_MS = 60_000;

interface Client {
  readonly sdk: string;
  readonly script: string;
  readonly mode?: string;
  readonly key: string;
  /** What all its events have. */
  readonly common: Partial<StoredLine>;
  /** Name of an event → what it has, once for each time it is stored. */
  readonly events: Readonly<Record<string, Partial<StoredLine> | readonly Partial<StoredLine>[]>>;
  /** Names of events that the SDK does not promise to bring home from a page that goes away. */
  readonly mayLose?: readonly string[];
}

const track = { event_type: 'track' } as const;
const VISITS = { 'Visit 2': track, 'Visit 3': track };
const FAREWELLS = { Left: track, Closed: track };

/** The calls of Segment's specification, as the browsers' SDKs that follow it map them. */
const SPECIFIED_EVENTS: Client['events'] = {
  'identify': { event_type: 'identify', user_id: 'u-1', traits: '{"plan":"pro"}' },
  'Order Completed': {
    ...track,
    value: 12.5,
    currency: 'EUR',
    properties: '{"revenue":12.5,"currency":"EUR"}',
    user_id: 'u-1',
  },
  'Home': { event_type: 'page', properties: expect.stringContaining('"shelf":2') },
  'group': { event_type: 'group', group_id: 'g-1', traits: '{"seats":3}' },
  'alias': { event_type: 'alias', previous_id: 'u-1' },
  ...VISITS,
};

const anId = expect.stringMatching(/^[0-9a-f-]{36}$/);
const page = (script: string) => ({
  page_url: expect.stringContaining(`/${script}?visit=`),
  page_title: 'Shop',
  locale: 'en-US',
  anonymous_id: anId,
});

const SEGMENT: Omit<Client, 'key' | 'events'> = {
  sdk: '@segment/analytics-next',
  script: 'segment-analytics-next',
  common: {
    protocol: 'segment',
    sdk_name: 'analytics.js',
    sdk_version: 'npm:next-1.84.3',
    timezone: 'UTC',
    ...page('segment-analytics-next'),
  },
};

const SEGMENT_EVENTS = {
  ...SPECIFIED_EVENTS,
  Start: { event_type: 'screen', screen_name: 'Start', properties: '{"tab":2}' },
} as const;

const RUDDER: Omit<Client, 'key'> = {
  sdk: '@rudderstack/analytics-js',
  script: 'rudder-analytics-js',
  common: {
    protocol: 'rudder',
    sdk_name: 'RudderLabs JavaScript SDK',
    sdk_version: '3.34.1',
    platform: 'web',
    session_id: expect.stringMatching(/^\d+$/),
    screen_size: '800x600',
    ...page('rudder-analytics-js'),
  },
  events: { ...SPECIFIED_EVENTS, ...FAREWELLS },
};

const SNOWPLOW: Omit<Client, 'key'> = {
  sdk: '@snowplow/browser-tracker',
  script: 'snowplow-browser-tracker',
  common: {
    protocol: 'snowplow',
    sdk_name: 'js',
    sdk_version: '4.10.1',
    platform: 'web',
    user_id: 'u-1',
    anonymous_id: anId,
    network_user_id: anId,
    session_id: anId,
    page_view_id: anId,
    page_url: expect.stringContaining('/snowplow-browser-tracker?visit='),
    ip_address: '127.0.0.0',
    locale: 'en-US',
    timezone: 'UTC',
  },
  events: {
    'page_view': { event_type: 'page', page_title: 'Tee für zwei' },
    'add-to-cart': { ...track, value: 12.5, properties: expect.stringContaining('"se_la":"tea"') },
    'viewed_product': {
      ...track,
      event_schema: 'iglu:com.acme/viewed_product/jsonschema/1-0-0',
      contexts: expect.stringContaining('"kind":"tester"'),
    },
    'checkout': track,
    ...VISITS,
    ...FAREWELLS,
  },
};

const AWS: Omit<Client, 'key'> = {
  sdk: '@aws/clickstream-web',
  script: 'aws-clickstream-web',
  common: {
    protocol: 'aws_clickstream',
    sdk_name: 'aws-solution-clickstream-sdk',
    sdk_version: '0.12.6',
    platform: 'web',
    device_id: anId,
    session_index: 1,
    ...page('aws-clickstream-web'),
  },
  events: {
    _first_open: track,
    _session_start: track,
    _page_view: [{ event_type: 'page' }, { event_type: 'page' }, { event_type: 'page' }],
    _profile_set: [
      { event_type: 'identify', user_id: 'u-1' },
      { event_type: 'identify', user_id: 'u-1', traits: expect.stringContaining('"plan":"pro"') },
    ],
    order_completed: {
      ...track,
      user_id: 'u-1',
      value: 12.5,
      currency: 'EUR',
      properties: '{"coupon":"autumn","shelf":2}',
      contexts: expect.stringContaining('"tea-1"'),
    },
    Visit_2: track,
    Visit_3: track,
    ...FAREWELLS,
  },
};

const CLIENTS: readonly Client[] = [
  { ...SEGMENT, key: 'key-segment', events: SEGMENT_EVENTS, mayLose: ['Left', 'Closed'] },
  { ...SEGMENT, mode: 'batching', key: 'key-segment-batching', events: SEGMENT_EVENTS, mayLose: ['Left', 'Closed'] },
  { ...RUDDER, key: 'key-rudder' },
  { ...RUDDER, mode: 'beacon', key: 'key-rudder-beacon' },
  { ...SNOWPLOW, key: 'shop-web' },
  { ...SNOWPLOW, mode: 'get', key: 'shop-web-get' },
  { ...SNOWPLOW, mode: 'alias', key: 'shop-web-alias' },
  { ...AWS, key: 'shop-aws' },
  { ...AWS, mode: 'batch', key: 'shop-aws-batch' },
  {
    sdk: 'posthog-js',
    script: 'posthog-js',
    key: 'phc_key',
    common: {
      protocol: 'posthog',
      sdk_name: 'web',
      sdk_version: '1.449.2',
      device_id: anId,
      session_id: anId,
      page_url: expect.stringContaining('/posthog-js?visit='),
      viewport_size: '800x600',
      timezone: 'UTC',
    },
    events: {
      '$pageview': { event_type: 'page', page_title: 'Shop' },
      'Order Completed': {
        ...track,
        value: 12.5,
        currency: 'EUR',
        properties: expect.stringContaining('"revenue":12.5'),
      },
      '$identify': {
        event_type: 'identify',
        user_id: 'u-1',
        anonymous_id: anId,
        traits: expect.stringContaining('"plan":"pro"'),
      },
      '$groupidentify': { event_type: 'group', group_id: 'g-1', traits: expect.stringContaining('"seats":3') },
      '$create_alias': { event_type: 'alias', previous_id: 'u-2' },
      ...VISITS,
    },
    mayLose: ['$pageleave', 'Left', 'Closed'],
  },
  {
    sdk: '@jitsu/js',
    script: 'jitsu-js',
    key: 'jitsu:secret',
    common: {
      protocol: 'segment',
      sdk_name: '@jitsu/js',
      sdk_version: '1.11.0',
      screen_size: '800x600',
      ...page('jitsu-js'),
    },
    events: {
      ...SPECIFIED_EVENTS,
      Home: [], // its pages have no names
      page: { event_type: 'page', page_url: expect.stringContaining('/jitsu-js?visit=1') },
      alias: [], // it has no such call
    },
    mayLose: ['Left', 'Closed'],
  },
];

const ANONYMOUS = 'anonymous';
const SAME_SITE = 'same site';

/** With the mode, which tells the sources of one SDK apart. */
const sourceOf = ({ sdk, mode }: Pick<Client, 'sdk' | 'mode'>) => [sdk, mode].filter(Boolean).join(' ');

const lab = new BrowserLab();

beforeAll(async () => {
  const sources = Object.fromEntries([
    ...CLIENTS.map(client => [sourceOf(client), client.key]),
    [ANONYMOUS, 'shop-web-anonymous'],
    [SAME_SITE, 'shop-web-same-site'],
  ]);
  const pathAliases = { 'com.acme/track': 'com.snowplowanalytics.snowplow/tp2' };
  await lab.start({ sources, pathAliases, firstPartyCookie: true });
}, START_MS);

afterAll(() => lab.stop());

type VisitorSettings = Pick<Client, 'key' | 'mode'>;

/** Three visits; then waits for the events. */
async function visited(
  source: string,
  script: string,
  settings: VisitorSettings,
  required: readonly string[],
  host?: string,
): Promise<Copies> {
  const visitor = await lab.visitor();
  try {
    await visitor.visitThrice(lab.site.pageOf(script, host), { url: lab.collector.urls.stage, ...settings });
    const stored = await lab.collector.eventsUntil(source, copies => missing(required, copies).length === 0);
    expect(visitor.complaints).toEqual([]);
    return stored;
  } finally {
    await visitor.leave();
  }
}

/** Names that are not stored, or not as often as they should be. */
function missing(required: readonly string[], copies: Copies): string[] {
  const names = copies.events.map(({ event_name: name }) => String(name));
  return required.filter(name => {
    const at = names.indexOf(name);
    if (at >= 0) names.splice(at, 1);
    return at < 0;
  });
}

describe.each(CLIENTS.map(client => ({ source: sourceOf(client), client })))('$source', ({ source, client }) => {
  const expected = Object.entries(client.events).flatMap(([name, each]) =>
    [each].flat().map(columns => ({ name, columns })),
  );

  test(
    'every event is stored in its columns, once per id',
    async () => {
      const copies = await visited(
        source,
        client.script,
        client,
        expected.map(({ name }) => name),
      );
      const stored = copies.events.filter(({ event_name: name }) => !client.mayLose?.includes(String(name)));
      expect(stored.map(({ event_name: name }) => name).sort()).toEqual(expected.map(({ name }) => name).sort());
      for (const { name, columns } of expected) {
        expect(stored).toContainEqual(
          expect.objectContaining({
            ...client.common,
            event_name: name,
            source_id: source,
            app_id: source,
            ...columns,
          }),
        );
      }
      expect(copies.conflicting).toEqual([]);
    },
    TEST_MS,
  );
});

test(
  "Snowplow's server anonymisation leaves neither address, cookie nor visitor",
  async () => {
    const { sdk, mode, ...snowplow } = { ...SNOWPLOW, mode: ANONYMOUS };
    const { events } = await visited(
      ANONYMOUS,
      snowplow.script,
      { mode, key: 'shop-web-anonymous' },
      Object.keys(snowplow.events),
    );
    for (const event of events) {
      expect(event).toMatchObject({
        privacy_mode: 'anonymous',
        event_id: anId,
        page_url: expect.stringContaining('visit='),
      });
      expect(event).toEqual(expect.not.objectContaining({ ip_address: expect.anything() }));
      for (const column of ['ip_address', 'network_user_id', 'user_id', 'anonymous_id', 'device_id']) {
        expect(event).not.toHaveProperty(column);
      }
    }
  },
  TEST_MS,
);

test(
  'the first-party cookie stays the same over the visits of a page of the same site',
  async () => {
    const { script, events: expected } = SNOWPLOW;
    const { events } = await visited(
      SAME_SITE,
      script,
      { key: 'shop-web-same-site' },
      Object.keys(expected),
      '127.0.0.1',
    );
    const later = events.filter(({ event_name: name }) => ['Closed', 'Visit 3'].includes(String(name)));
    expect(later.map(event => event.network_user_id)).toEqual([anId, later[0].network_user_id]);
  },
  TEST_MS,
);

test('no event was bad', async () => {
  expect(await lab.collector.badLines()).toEqual([]);
});
