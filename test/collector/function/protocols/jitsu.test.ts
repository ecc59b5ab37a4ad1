import { collected } from '../builders';

const WRITE_KEYS = JSON.stringify({ web: { keys: ['id:secret'], appId: 'shop' } });

test.each(['/api/s/page', '/api/s/s2s/page'])('a message at %s is Segment\'s, and its masked key is skipped', path => {
  const body = {
    type: 'page',
    anonymousId: 'a1',
    messageId: 'j1',
    writeKey: 'id:***',
    context: { library: { name: '@jitsu/js', version: '1.9' } },
  };
  const request = { path, headers: { 'X-Write-Key': 'id:secret' }, body };
  const { events, response, lines } = collected(request, { WRITE_KEYS });
  expect(events).toEqual([expect.objectContaining({
    protocol: 'segment', event_type: 'page', event_id: 'j1', sdk_name: '@jitsu/js', source_id: 'web', app_id: 'shop',
  })]);
  expect(response.body).toBe('{"success":true}');
  expect(lines.join()).not.toContain('***');
});

test('other calls are not served', () => {
  expect(collected({ path: '/api/s/shout', body: {} }).response.status).toBe(404);
  expect(collected({ path: '/api/s/constructor', body: {} }).response.status).toBe(404);
});
