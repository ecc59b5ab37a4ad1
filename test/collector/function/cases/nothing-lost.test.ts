import { gzipSync } from 'zlib';
import { SEGMENT, SNOWPLOW, TP2, AWS, snowplow, only, payloadOf, rebuilt } from './requests';
import { collected, RequestParts } from '../builders';

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
