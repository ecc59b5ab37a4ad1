import { KeysUnavailableError } from '../../../src/collector/function/errors';
import { keysBeside, keysWithin, WriteKeys, WriteKeysError } from '../../../src/collector/function/write-key';

const keys = WriteKeys.of({ web: { keys: ['new-key', 'old-key'], appId: 'shop' }, server: { keys: ['server-key'] } });
interface Presented { authorization?: string; writeKey?: string; header?: string; body?: string }

const presented = ({ authorization, writeKey, header, body }: Presented) => [
  ...keysBeside({
    headers: { ...(authorization && { authorization }), ...(header && { 'x-write-key': header }) },
    query: writeKey ? { writeKey } : {},
  }),
  ...keysWithin({ key: body }),
];
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

test('a collector without write keys accepts any key and names no source', () => {
  expect(WriteKeys.open().authenticate(['anything'])).toEqual({});
});

test('unavailable keys neither accept nor refuse a request', () => {
  expect(() => WriteKeys.unavailable().authenticate(['new-key'])).toThrow(KeysUnavailableError);
});

test('write keys without a source are a configuration error', () => {
  expect(() => WriteKeys.parse('{}')).toThrow(new WriteKeysError('has no source, so nobody could send'));
});

test('a source may have several keys, so that they can be rotated', () => {
  for (const key of ['new-key', 'old-key']) expect(keys.authenticate([key])).toEqual({ id: 'web', appId: 'shop' });
});

test('the first key presented wins, in the order Basic, query, header, body', () => {
  const all = { authorization: basic('server-key:'), writeKey: 'new-key', header: 'wrong', body: 'wrong' };
  expect(keys.authenticate(presented(all)).id).toBe('server');
  expect(keys.authenticate(presented({ ...all, authorization: 'Bearer something' })).id).toBe('web');
  expect(keys.authenticate(presented({ header: 'server-key', body: 'wrong' })).id).toBe('server');
  expect(keys.authenticate(presented({ body: 'server-key' })).id).toBe('server');
});

test.each(['***', 'abc:***', '', '   '])('the masked or blank key %j is skipped', writeKey => {
  expect(keys.authenticate(presented({ writeKey, header: 'new-key' })).id).toBe('web');
});

test('the user name of Basic is the key, with or without a password', () => {
  for (const credentials of ['new-key:', 'new-key', 'new-key:password']) {
    expect(keys.authenticate(presented({ authorization: basic(credentials) })).id).toBe('web');
  }
});

test.each<[Presented, string]>([
  [{}, 'missing_write_key'],
  [{ body: 'wrong' }, 'unknown_write_key'],
  [{ authorization: 'Basic ', body: '' }, 'missing_write_key'],
  [{ authorization: basic('wrong:'), body: 'new-key' }, 'unknown_write_key'],
])('%j is refused as %s', (given, code) => {
  expect(() => keys.authenticate(presented(given))).toThrow(
    expect.objectContaining({ code, status: 401, stage: 'auth' }),
  );
});

test.each([
  ['is blank', { web: { keys: ['  '] } }, 'blank'],
  ['is masked', { web: { keys: ['a***'] } }, 'asterisks'],
  [
    'belongs to two sources',
    { web: { keys: ['k'] }, app: { keys: ['other', 'k'] } },
    'the same key for the sources "web" and "app"',
  ],
])('a configured key that %s is refused', (_, configuration, problem) => {
  expect(() => WriteKeys.of(configuration)).toThrow(problem);
});

test.each([0, -1, '100', null, {}])('a rateLimit of %j is refused, without the keys in the message', rateLimit => {
  const problem = 'has a rateLimit that is not a number from 1 on for source "web"';
  expect(() => WriteKeys.of({ web: { keys: ['k'], rateLimit } })).toThrow(new WriteKeysError(problem));
});
