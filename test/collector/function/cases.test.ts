import { gunzipSync, gzipSync } from 'zlib';
import { collected, RECEIVED_AT, RequestParts } from './builders';
import { JsonObject } from '../../../src/collector/function/json';

/** Requests of real clients that were once misread, by the rule that each is an example of. */
const SEGMENT = { type: 'track', event: 'Order', userId: 'u1', messageId: 'm1' };
const SNOWPLOW = { e: 'pv', p: 'web', tv: 'js-4.1.0', aid: 'shop', eid: 'e1' };
const TP2 = '/com.snowplowanalytics.snowplow/tp2';
const AWS = { event_type: 'tap', event_id: 'a1', unique_id: 'd1', app_id: 'shop', timestamp: RECEIVED_AT };
const KEYED = { WRITE_KEYS: '{"web":{"keys":["key-12345"]}}' };

const snowplow = (...data: object[]) => ({ path: TP2, body: { schema: 'iglu:x/payload_data/jsonschema/1-0-4', data } });
const only = (parts: RequestParts, environment = {}): JsonObject => {
  const { events, badEvents } = collected(parts, environment);
  expect([events.length, badEvents]).toEqual([1, []]);
  return events[0];
};
const payloadOf = (event: JsonObject, column: string) => JSON.parse(String(event[column] ?? '{}'));

/** The content of bad events, rebuilt as docs/tables.md says. */
function rebuilt(badEvents: readonly JsonObject[]): string {
  const raw = badEvents.map(row => String(row.raw)).join('');
  const [{ raw_encoding }] = badEvents;
  if (raw_encoding === 'utf8') return raw;
  return (raw_encoding === 'gzip' ? gunzipSync(Buffer.from(raw, 'base64')) : Buffer.from(raw, 'base64')).toString();
}

describe('nothing acknowledged is lost', () => {
  test('a bundle of 10,000 recorded events of 13 MB is stored', () => {
    const bundle = Array.from({ length: 10_000 }, (_, index) => ({
      ...AWS, event_id: `a${index}`, attributes: { text: String(index).padStart(1_200, 'x') },
    }));
    const body = gzipSync(JSON.stringify(bundle)).toString('base64');
    const { events, response } = collected({ path: '/collect', query: { appId: 'shop', compression: 'gzip' }, body });
    expect([events.length, response.status]).toEqual([10_000, 200]);
  });

  test.each<[string, RequestParts, object]>([
    ['of an unknown path of events', snowplow(...Array<object>(1_001).fill(SNOWPLOW)), {}],
    ['of a large event', { path: '/v1/track', body: { ...SEGMENT, properties: { text: 'x'.repeat(1_000_000) } } }, {}],
    ['of text that is escaped twice', {
      path: '/v1/track', body: { ...SEGMENT, properties: { text: '"'.repeat(400_000) } },
    }, {}],
    ['of events in no array', { path: '/collect', body: JSON.stringify('x'.repeat(200_000)) }, {}],
  ])('every byte %s is kept', (_, request) => {
    const { badEvents, events, response } = collected(request);
    expect([response.status, events]).toEqual([200, []]);
    const sent = typeof request.body === 'string' ? JSON.parse(request.body) : request.body;
    const kept = JSON.parse(rebuilt(badEvents));
    expect(kept).toEqual(request.path === '/v1/track' ? { ...sent, type: 'track' } : sent);
  });

  test('an event name of a call that has its type as name is kept', () => {
    const identify = only({ path: '/v1/identify', body: { ...SEGMENT, type: 'identify', event: 'Signed In' } });
    expect([identify.event_name, payloadOf(identify, 'contexts').event]).toEqual(['identify', 'Signed In']);
    const screen = only({ path: '/v1/screen', body: { ...SEGMENT, type: 'screen', event: 'Cart' } });
    expect([screen.event_name, screen.screen_name]).toEqual(['Cart', 'Cart']);
  });

  test('traits of a context that are hidden or no object are kept', () => {
    const track = (traits: unknown) => only({
      path: '/v1/identify', body: { ...SEGMENT, type: 'identify', traits: { plan: 'pro' }, context: { traits } },
    });
    expect(payloadOf(track(['a']), 'contexts').context).toEqual({ traits: ['a'] });
    const hidden = track({ plan: 'old', name: 'Ada' });
    expect(payloadOf(hidden, 'traits')).toEqual({ plan: 'pro', name: 'Ada' });
    expect(payloadOf(hidden, 'contexts').context).toEqual({ traits: { plan: 'old' } });
  });

  test.each<[string, RequestParts]>([
    ['Segment', { path: '/v1/track', body: '{"type":"track","event":"x","userId":"u","properties":{"k":"x\\ud83d"}}' }],
    ['RudderStack traits', {
      path: '/v1/identify', body: '{"userId":"u","channel":"web","context":{"traits":{"\\uDE00k":"\\u0000"}}}',
    }],
    ['native', { body: '{"event":"x","contexts":{"k":["\\ud83d"]},"consent":{"a":"\\ud83dz"}}' }],
    ['PostHog', { path: '/capture/', body: '{"event":"x","distinct_id":"u","properties":{"k":"\\ud83d"}}' }],
    ['GA4', { path: '/mp/collect', body: '{"client_id":"c","events":[{"name":"x","params":{"k":"\\ud83d"}}]}' }],
    ['AWS', { path: '/collect', body: '[{"event_type":"x","attributes":{"k":"\\ud83d"}}]' }],
    [
      'Snowplow',
      {
        path: TP2,
        body: JSON.stringify({
          data: [{ ...SNOWPLOW, se_la: '\ud83d', co: '{"schema":"a","data":[{"schema":"b","data":{"k":"\\ud83d"}}]}' }],
        }),
      },
    ],
    ['a pixel', { path: '/i', method: 'GET', query: { ...SNOWPLOW, page: 'a\ud83d\0' } }],
  ])('half of a surrogate pair and NUL become U+FFFD: %s', (_, request) => {
    const { lines, events } = collected(request);
    expect(events).toHaveLength(1);
    expect(lines.join()).toContain('\ufffd');
    expect(lines.join()).not.toMatch(/\\u(?:d[89a-f]|0000)/i);
  });
});

describe('no field of an acknowledged request goes missing', () => {
  const sent = (parts: RequestParts, environment = {}) => JSON.stringify(only(parts, environment));
  const posthog = (fields: object) => ({ path: '/capture/', body: { event: 'x', distinct_id: 'u', ...fields } });
  const raw = (path: string, body: string) => ({ path, body });
  const context = (data: object) => JSON.stringify({ schema: 'a', data: [{ schema: 'b', data }] });

  test.each<[string, RequestParts]>([
    [
      'an envelope\'s field that the event has too',
      { path: '/v1/batch', body: { x: 'kept', batch: [{ ...SEGMENT, x: 1 }] } },
    ],
    ['a native envelope\'s field', { body: { x: 'kept', events: [{ event: 'e', x: 1 }] } }],
    [
      'what the body says where the query says it too',
      { ...snowplow(SNOWPLOW), path: TP2, query: { x: 'q' }, body: { x: 'kept', data: [SNOWPLOW] } },
    ],
    [
      'a field "request" of a GA4 event',
      { path: '/mp/collect', body: { client_id: 'c', events: [{ name: 'x', request: 'kept' }] } },
    ],
    ['a field "request" of an AWS event', { path: '/collect', body: [{ ...AWS, request: 'kept' }] }],
    [
      'user properties of GA4 in no object',
      { path: '/mp/collect', body: { client_id: 'c', user_properties: 'kept', events: [{ name: 'x' }] } },
    ],
    [
      'what a trait says beside its value',
      { path: '/collect', body: [{ ...AWS, user: { plan: { value: 'pro', note: 'kept' } } }] },
    ],
    ['a type that is not its path\'s', { path: '/v1/track', body: { ...SEGMENT, type: 'kept' } }],
    ['an event of a page that is no name', { path: '/v1/page', body: { ...SEGMENT, event: { a: 'kept' } } }],
    [
      'a time of RudderStack that is none',
      {
        path: '/v1/track',
        body: { ...SEGMENT, channel: 'web', originalTimestamp: '2026-01-02T03:04:05Z', timestamp: 'kept' },
      },
    ],
    ['a long user agent', { body: { event: 'x', user_agent: `${'x'.repeat(2_000)}kept` } }],
    [
      'the id of a group call of PostHog',
      posthog({ event: '$groupidentify', distinct_id: '$kept', properties: { $group_key: 'g' } }),
    ],
    ['traits named __proto__', raw('/capture/', '{"event":"x","distinct_id":"u","$set":{"__proto__":{"a":"kept"}}}')],
    ['names that become the same by U+FFFD', raw('/v1/events', '{"event":"x","k\\ud83d":"kept","k\\ud83e":"other"}')],
    [
      'a context\'s key that a shadowed key has too',
      { body: { event: 'x', a: 1, properties: { a: 2 }, contexts: { a: 'kept' } } },
    ],
    ['base64 that is none', snowplow({ ...SNOWPLOW, cx: 'kept ====' })],
    [
      'what the envelope of contexts says beside',
      snowplow({ ...SNOWPLOW, co: '{"schema":"a","data":[{"schema":"b","data":{}}],"x":"kept"}' }),
    ],
    ['contexts beside a field of that name', snowplow({ ...SNOWPLOW, contexts: 'kept', co: context({ a: 1 }) })],
    ['contexts in text where they are in base64 too', snowplow({ ...SNOWPLOW, co: context({ a: 'kept' }), cx: 'W10' })],
  ])('%s', (_, request) => {
    expect(sent(request)).toContain('kept');
  });

  test('every replaced trait of PostHog stays where it was sent', () => {
    const event = only(posthog({ $set: { a: 2 }, $group_set: { a: 3 }, properties: { $set: { a: 1 } } }));
    expect([payloadOf(event, 'properties'), payloadOf(event, 'traits'), payloadOf(event, 'contexts')])
      .toEqual([{ $set: { a: 1 } }, { a: 3 }, { $set: { a: 2 } }]);
  });

  test('the app that a client names stays where its key names another', () => {
    const environment = { WRITE_KEYS: '{"web":{"keys":["key-12345"],"appId":"shop"}}' };
    const event = only({ body: { event: 'x', app_id: 'mine' }, headers: { 'X-Write-Key': 'key-12345' } }, environment);
    expect([event.app_id, payloadOf(event, 'contexts')]).toEqual(['shop', { claimed_app_id: 'mine' }]);
  });

  test('sending times of an envelope are not kept: each attempt has another', () => {
    const batch = (sentAt: string) => {
      const body = { sentAt, batch: [{ ...SEGMENT, sentAt: '2026-01-02T03:04:05Z' }] };
      return only({ path: '/v1/batch', body });
    };
    expect(batch('2026-01-02T03:04:06Z')).toEqual(batch('2026-01-02T03:04:07Z'));
  });

  test.each<[string, RequestParts]>([
    ['in lists of lists', { body: { event: 'x', properties: { ip: [['198.51.100.77']] } } }],
    ['in JSON of Snowplow that is not read', snowplow({ ...SNOWPLOW, ue_pr: '{"ip":"198.51.100.77"}' })],
    ['in base64 beside text', snowplow({
      ...SNOWPLOW, co: context({}), cx: Buffer.from(context({ ip: '198.51.100.77' })).toString('base64url'),
    })],
  ])('and no address comes with it: %s', (_, request) => {
    expect(sent(request)).toContain('198.51.100.0');
    expect(sent(request)).not.toContain('198.51.100.77');
  });
});

describe('the right family', () => {
  const stray = { ...SEGMENT, messageId: 'm2', distinct_id: 'stray' };

  test('a member that PostHog could have sent does not make a Segment batch PostHog\'s', () => {
    for (const body of [{ batch: [SEGMENT, stray] }, { api_key: 'k', batch: [SEGMENT, stray] }]) {
      expect(collected({ path: '/v1/batch', body }).events.map(event => [event.protocol, event.user_id]))
        .toEqual([['segment', 'u1'], ['segment', 'u1']]);
    }
  });

  test('a batch of PostHog\'s is PostHog\'s, with and without its key', () => {
    const event = { event: 'x', distinct_id: 'u' };
    for (const body of [{ batch: [event] }, { api_key: 'k', batch: [event] }]) {
      expect(only({ path: '/batch/', body }).protocol).toBe('posthog');
    }
  });

  test('a pixel needs no keys that only the schema of a POST requires', () => {
    const query = { e: 'tr', tr_id: '1', aid: 'a', eid: 'e1' };
    expect(only({ path: '/i', method: 'GET', query })).toMatchObject({ event_id: 'e1', event_name: 'transaction' });
  });

  test('what the query of a POST says counts for every event', () => {
    const { aid, ...event } = SNOWPLOW;
    const request = { ...snowplow(event), query: { aid: 'app', nuid: 'n1', uid: 'u1' } };
    expect(only(request)).toMatchObject({ app_id: 'app', network_user_id: 'n1', user_id: 'u1' });
  });

  test('the query of a POST can name the application that stands for a key', () => {
    const { aid, ...event } = SNOWPLOW;
    expect(only({ ...snowplow(event), query: { aid: 'key-12345' } }, KEYED)).toMatchObject({ source_id: 'web', app_id: 'web' });
  });

  test.each(['/api/s/event', '/v1/api/s/event'])('the HTTP API of Jitsu is served at %s', path => {
    expect(only({ path, body: SEGMENT, headers: { 'X-Write-Key': 'key-12345' } }, KEYED).event_name).toBe('Order');
  });

  test.each(['/v1//events', '//events', '/events//'])('doubled slashes mean nothing: %s', path => {
    expect(only({ path, body: { event: 'x' } }).event_name).toBe('x');
  });
});

test('a resend of analytics-next is the same event', () => {
  const attempt = (retryCount?: number) => {
    const body = { ...SEGMENT, _metadata: { bundled: [], ...(retryCount && { retryCount }) } };
    const { received_ts, request_id, sent_ts, ...content } = only({ path: '/v1/track', body });
    return content;
  };
  expect(attempt(2)).toEqual(attempt());
});

describe('columns mean what docs/tables.md says', () => {
  const time = Date.parse('2026-01-01T08:30:00Z');
  const native = (fields: object) => only({ body: { event: 'x', ...fields } });
  const posthog = (properties: object, fields = {}) => only({
    path: '/capture/', body: { event: 'x', distinct_id: 'u', properties, ...fields },
  });

  test.each([
    ['2026-01-01 08:30:00+00'],
    ['2026-01-01 08:30:00 +00:00'],
    ['2026-01-01 09:30:00 +0100'],
    ['2026-01-01 08:30:00 UTC'],
  ])('the time %s is read', timestamp => {
    expect(native({ timestamp }).client_ts).toBe(time);
  });

  test.each(['20261120', 20261120, '1970-01-01T00:00:05Z', 5_000])(
    'the time %j is not plausible and stays',
    timestamp => {
      const { client_ts, ...event } = native({ timestamp });
      expect([client_ts, payloadOf(event, 'properties')]).toEqual([undefined, { timestamp }]);
    },
  );

  test('a clock that was never set is of use with the time it showed when it sent', () => {
    const event = native({ timestamp: '1970-01-01T00:05:00Z', sent_at: '1970-01-01T00:06:00Z' });
    expect([event.client_ts, event.sent_ts]).toEqual([300_000, 360_000]);
  });

  test('the offset of PostHog tells how old an event is, if nothing else does', () => {
    expect(posthog({}, { offset: 3_600_000 })).toMatchObject({ client_age_ms: 3_600_000 });
    const batch = { batch: [{ event: 'x', distinct_id: 'u', offset: 60_000 }] };
    expect(only({ path: '/batch/', body: batch }).client_age_ms).toBe(60_000);
    expect(posthog({}, { offset: 5, timestamp: '2026-01-01T08:30:00Z' }).client_age_ms).toBeUndefined();
  });

  test('referrer, host and sizes of PostHog are columns of their form', () => {
    const event = posthog({
      $referrer: '$direct',
      $host: 'Shop.Example:8080',
      $screen_width: 392.7,
      $screen_height: 851,
      $browser: 'Chrome',
      $browser_version: 143,
      $os: 'Android',
    });
    expect(event).toMatchObject({
      page_host: 'shop.example',
      screen_size: '393x851',
      browser_name: 'Chrome',
      browser_version: '143',
      os_name: 'Android',
    });
    expect(event.page_referrer).toBeUndefined();
  });

  test.each<[string, RequestParts, string]>([
    ['AWS', { path: '/collect', body: [{ ...AWS, zone_offset: 28_800_000 }] }, '"zone_offset":28800000'],
    ['RudderStack', {
      path: '/v1/track', body: { ...SEGMENT, channel: 'web', context: { timezone: 'GMT+0100' } },
    }, '"timezone":"GMT+0100"'],
  ])('an offset is no time zone: %s', (_, request, kept) => {
    const event = only(request);
    expect(event.timezone).toBeUndefined();
    expect(event.contexts).toContain(kept);
  });

  test.each<[string, RequestParts, string]>([
    ['Web', { path: '/collect', body: [{ ...AWS, platform: 'Web' }] }, 'web'],
    ['ANDROID', { body: { event: 'x', platform: 'ANDROID' } }, 'android'],
    ['srv', snowplow({ ...SNOWPLOW, p: 'srv' }), 'server'],
    ['pc', snowplow({ ...SNOWPLOW, p: 'pc' }), 'desktop'],
    [
      'posthog-node',
      { path: '/capture/', body: { event: 'x', distinct_id: 'u', properties: { $lib: 'posthog-node' } } },
      'server',
    ],
    ['browser', { path: '/v1/track', body: { ...SEGMENT, channel: 'browser' } }, 'web'],
  ])('the platform %s has a name of the contract, and stays as sent', (sent, request, expected) => {
    const event = only(request);
    expect(event.platform).toBe(expected);
    expect(JSON.stringify(event)).toContain(sent);
  });

  test('what GA4 and native clients say of device and place is a column', () => {
    const device = {
      category: 'mobile',
      browser: 'Safari',
      browser_version: '19',
      operating_system: 'iOS',
      model: 'iPhone',
    };
    const body = {
      client_id: 'c',
      device,
      user_location: { country_id: 'DE', city: 'Berlin' },
      events: [{ name: 'x' }],
    };
    expect(only({ path: '/mp/collect', body })).toMatchObject({
      device_type: 'mobile',
      browser_name: 'Safari',
      os_name: 'iOS',
      device_model: 'iPhone',
      geo_country: 'DE',
      geo_city: 'Berlin',
    });
    expect(native({ browser_name: 'Firefox', asn: 64_500, channel_group: 'email' })).toMatchObject({
      browser_name: 'Firefox', asn: 64_500, channel_group: 'email',
    });
  });

  test('traits are flat, whatever the protocol', () => {
    const posthogTraits = posthog({ $set: { plan: 'pro' } }, { $set_once: { first: 1, plan: 'free' } });
    expect(payloadOf(posthogTraits, 'traits')).toEqual({ plan: 'pro', first: 1 });
    expect(payloadOf(posthogTraits, 'contexts')).toEqual({ $set_once: { plan: 'free' } });
    const aws = (user: object) => only({ path: '/collect', body: [{ ...AWS, user }] });
    expect(payloadOf(aws({ plan: { value: 'pro', set_timestamp: 1 } }), 'traits')).toEqual({ plan: 'pro' });
    expect([aws({ _user_id: 'plain' }).user_id, aws({ _user_id: { value: 'u9' } }).user_id]).toEqual(['plain', 'u9']);
    const group = only({
      path: '/capture/',
      body: {
        event: '$groupidentify',
        distinct_id: '$company_g1',
        properties: { $group_key: 'g1', $group_set: { size: 3 } },
      },
    });
    expect([group.user_id, group.group_id, payloadOf(group, 'traits')]).toEqual([undefined, 'g1', { size: 3 }]);
  });

  test.each<[string, RequestParts]>([
    ['Segment', { path: '/v1/track', body: { ...SEGMENT, userId: '   ', anonymousId: 'a1' } }],
    [
      'PostHog',
      {
        path: '/capture/',
        body: { event: 'x', distinct_id: 'a1', properties: { $device_id: '  ', $is_identified: false } },
      },
    ],
    ['native', { body: { event: 'x', user_id: ' ', anonymous_id: 'a1' } }],
    ['AWS', { path: '/collect', body: [{ ...AWS, unique_id: 'a1', user: { _user_id: { value: '  ' } } }] }],
    ['Snowplow', snowplow({ ...SNOWPLOW, uid: ' ', duid: 'a1' })],
    ['GA4', { path: '/mp/collect', body: { client_id: 'a1', user_id: ' ', events: [{ name: 'x' }] } }],
  ])('a blank id is no id: %s', (_, request) => {
    const { user_id, anonymous_id } = only(request);
    expect([user_id, anonymous_id]).toEqual([undefined, 'a1']);
  });

  test.each<[string, RequestParts]>([
    ['Segment', { path: '/v1/track', body: { ...SEGMENT, properties: [], traits: [] } }],
    ['GA4', { path: '/mp/collect', body: { client_id: 'c', events: [{ name: 'x', params: [] }] } }],
    ['native', { body: { event: 'x', properties: [], traits: [], contexts: [] } }],
    ['PostHog', { path: '/capture/', body: { event: 'x', distinct_id: 'u', properties: [] } }],
    ['AWS', { path: '/collect', body: [{ ...AWS, attributes: [], user: [] }] }],
  ])('an empty map of PHP is an empty object: %s', (_, request) => {
    expect(only(request).properties).toBeUndefined();
  });

  test('a number is what JSON calls one', () => {
    expect(native({ value: '0x10' }).value).toBeUndefined();
    expect([native({ value: '12.5' }).value, native({ value: '1e3' }).value]).toEqual([12.5, 1_000]);
  });
});

test('the user agent says whether it is the event\'s own or the sender\'s', () => {
  const headers = { 'User-Agent': 'curl/8' };
  expect(only({ body: { event: 'x' }, headers })).toMatchObject({ user_agent: 'curl/8', user_agent_source: 'request' });
  expect(only({ body: { event: 'x', user_agent: 'Mozilla/5.0' }, headers })).toMatchObject({
    user_agent_source: 'event',
  });
});
