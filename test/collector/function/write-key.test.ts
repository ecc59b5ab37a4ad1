import { KeysUnavailableError } from '../../../src/collector/function/errors';
import { WriteKeys, WriteKeysError } from '../../../src/collector/function/write-key';

const keys = WriteKeys.of({ web: { keys: ['new-key', 'old-key'], appId: 'shop' }, server: { keys: ['server-key'] } });
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

test('a collector without write keys accepts any key and names no source', () => {
  expect(WriteKeys.open().authenticate({ body: 'anything' })).toEqual({});
});

test('unavailable keys neither accept nor refuse a request', () => {
  expect(() => WriteKeys.unavailable().authenticate({ body: 'new-key' })).toThrow(KeysUnavailableError);
});

test('write keys without a source are a configuration error', () => {
  expect(() => WriteKeys.parse('{}')).toThrow(new WriteKeysError('has no source, so nobody could send'));
});

test('a source may have several keys, so that they can be rotated', () => {
  for (const body of ['new-key', 'old-key']) expect(keys.authenticate({ body })).toEqual({ id: 'web', appId: 'shop' });
});

test('the first key presented wins, in the order Basic, body, query, header', () => {
  const presented = { authorization: basic('server-key:'), body: 'new-key', query: 'wrong', header: 'wrong' };
  expect(keys.authenticate(presented).id).toBe('server');
  expect(keys.authenticate({ ...presented, authorization: 'Bearer something' }).id).toBe('web');
  expect(keys.authenticate({ query: 'server-key', header: 'wrong' }).id).toBe('server');
  expect(keys.authenticate({ header: 'server-key' }).id).toBe('server');
});

test.each(['***', 'abc:***', ''])('the masked or empty key %j is skipped', body => {
  expect(keys.authenticate({ body, header: 'new-key' }).id).toBe('web');
});

test('the user name of Basic is the key, with or without a password', () => {
  for (const credentials of ['new-key:', 'new-key', 'new-key:password']) {
    expect(keys.authenticate({ authorization: basic(credentials) }).id).toBe('web');
  }
});

test.each([
  [{}, 'missing_write_key'],
  [{ body: 'wrong' }, 'unknown_write_key'],
  [{ authorization: 'Basic ', body: '' }, 'missing_write_key'],
  [{ authorization: basic('wrong:'), body: 'new-key' }, 'unknown_write_key'],
])('%j is refused as %s', (presented, code) => {
  expect(() => keys.authenticate(presented)).toThrow(expect.objectContaining({ code, status: 401, stage: 'auth' }));
});
