import { SEGMENT, SNOWPLOW, AWS, snowplow, only, payloadOf } from './requests';
import { RequestParts } from '../builders';

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
