import { SEGMENT, SNOWPLOW, KEYED, snowplow, only } from './requests';
import { collected } from '../builders';

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
    const request = { ...snowplow(event), query: { aid: 'key-12345' } };
    expect(only(request, KEYED)).toMatchObject({ source_id: 'web', app_id: 'web' });
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

test('the user agent says whether it is the event\'s own or the sender\'s', () => {
  const headers = { 'User-Agent': 'curl/8' };
  expect(only({ body: { event: 'x' }, headers })).toMatchObject({ user_agent: 'curl/8', user_agent_source: 'request' });
  expect(only({ body: { event: 'x', user_agent: 'Mozilla/5.0' }, headers })).toMatchObject({
    user_agent_source: 'event',
  });
});
