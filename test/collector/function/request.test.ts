import { APIGatewayProxyEvent } from 'aws-lambda';
import { proxyEvent, settings } from './builders';
import { fromEdgeEvent, normalisePath } from '../../../src/collector/function/request';

const read = (event: APIGatewayProxyEvent, environment = {}) => fromEdgeEvent(event, settings(environment), 1);

test.each([
  ['', ''],
  ['/', ''],
  ['v1', ''],
  ['v1/', ''],
  ['v1/batch', 'batch'],
  ['/v1/v1/batch/', 'batch'],
  ['batch//', 'batch'],
  ['v1batch', 'v1batch'],
  ['pixel/v1/track', 'pixel/v1/track'],
])('the path %j is normalised to %j', (path, expected) => {
  expect(normalisePath(path)).toBe(expected);
});

/** Where the browser SDKs are told to send to. */
test.each([
  ['the plain URL', { path: '/v1/projects/k/settings' }, 'projects/k/settings', 'api.example/v1'],
  ['the stage twice', { path: '/v1/v1/projects/k/settings' }, 'v1/projects/k/settings', 'api.example/v1'],
  ['a domain mapped to the root', { path: '/v1/projects/k/settings' }, 'v1/projects/k/settings', 'api.example'],
  [
    'a domain with a base path',
    { path: '/clicks/v1/projects/k/settings' },
    'v1/projects/k/settings',
    'api.example/clicks',
  ],
  [
    'a percent-encoded path',
    { path: '/v1/projects/a%20b/settings' },
    'projects/a b/settings',
    'api.example/v1',
  ],
])('the location seen through %s', (_, { path }, proxy, expected) => {
  const event = proxyEvent({ path: proxy, domainName: 'api.example' });
  expect(read({ ...event, requestContext: { ...event.requestContext, path } }).location).toBe(expected);
});

test('a body is read from base64 or from text', () => {
  const event = proxyEvent({ body: '{"ä":1}' });
  expect(read(event).body.toString()).toBe('{"ä":1}');
  expect(read({ ...event, body: '{"ä":1}', isBase64Encoded: false }).body.toString()).toBe('{"ä":1}');
  expect(read({ ...event, body: null }).body).toHaveLength(0);
});

test('header names are lower-cased, and headers without a value are left out', () => {
  const event = proxyEvent({ headers: { 'X-Write-Key': 'k' } });
  expect(read({ ...event, headers: { ...event.headers, Empty: undefined } }).headers).toEqual({ 'x-write-key': 'k' });
});

test('the client address comes from the gateway, never from a header', () => {
  const event = proxyEvent({ headers: { 'X-Forwarded-For': '198.51.100.1' }, sourceIp: '203.0.113.77' });
  expect(read(event).clientAddress).toBe('203.0.113.0');
  expect(read(event, { CLIENT_IP: 'drop' }).clientAddress).toBeUndefined();
});
