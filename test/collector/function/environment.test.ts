import { CollectorEnvironment, EnvironmentError, parseEnvironment } from '../../../src/collector/function/environment';

const parse = (environment: Partial<Record<keyof CollectorEnvironment, string>>) =>
  parseEnvironment({ STREAM_NAME: 'clicks', ...environment });

test('only the stream is required', () => {
  expect(parse({})).toMatchObject({
    streamName: 'clicks', allowedOrigins: undefined, clientIp: 'truncate', metricsNamespace: 'ClickstreamLakehouse',
  });
  expect(parse({}).writeKeys.authenticate([])).toEqual({});
});

test('everything can be set', () => {
  const settings = parse({
    ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000',
    WRITE_KEYS: '{"web":{"keys":["k1","k2"],"appId":"shop"}}',
    CLIENT_IP: 'drop',
    METRICS_NAMESPACE: 'Mine',
    PATH_ALIASES: '{"/com.acme/track/":"/v1/batch"}',
    FIRST_PARTY_COOKIE: 'shop.example',
    CONSENT_MODE: 'anonymous',
    PREPROCESS_MODULE: '/opt/hook.js',
  });
  expect(settings).toMatchObject({
    clientIp: 'drop',
    metricsNamespace: 'Mine',
    cookie: { domain: 'shop.example' },
    consentMode: 'anonymous',
    preprocessModule: '/opt/hook.js',
  });
  expect([...settings.pathAliases]).toEqual([['com.acme/track', 'batch']]);
  const origins = ['https://a.example', 'http://localhost:3000', 'https://b.example'];
  expect(origins.map(origin => settings.allowedOrigins?.allow(origin))).toEqual([true, true, false]);
  expect(settings.writeKeys.authenticate(['k2'])).toEqual({ id: 'web', appId: 'shop' });
});

test('keys of a secret are unavailable until it is read', () => {
  const { writeKeys, writeKeysSecret } = parse({ WRITE_KEYS_SECRET: 'arn:secret' });
  expect(writeKeysSecret).toBe('arn:secret');
  expect(() => writeKeys.authenticate(['any'])).toThrow('not known at present');
});

test('CloudFront is required unless it is said to be optional, and unknown without a secret', () => {
  expect(parse({ CLOUD_FRONT_SECRET: 's' }).cloudFront?.isRequired).toBe(true);
  expect(parse({ CLOUD_FRONT_SECRET: 's', CLOUD_FRONT_USE: 'optional' }).cloudFront?.isRequired).toBe(false);
  expect(parse({ CLOUD_FRONT_USE: 'required' }).cloudFront).toBeUndefined();
});

test.each([
  [{ STREAM_NAME: '' }, 'STREAM_NAME is missing'],
  [{ ALLOWED_ORIGINS: 'shop.example' }, 'ALLOWED_ORIGINS has "shop.example"'],
  [{ ALLOWED_ORIGINS: 'https://a.example/path' }, 'ALLOWED_ORIGINS has'],
  [{ CLIENT_IP: 'hash' }, 'CLIENT_IP is "hash"; expected one of truncate, drop, full'],
  [{ CONSENT_MODE: 'ask' }, 'CONSENT_MODE is "ask"; expected one of ignore, anonymous'],
  [{ FIRST_PARTY_COOKIE: 'yes; Path=/' }, 'FIRST_PARTY_COOKIE is "yes; Path=/"; expected "host" or a domain'],
  [{ CLOUD_FRONT_SECRET: '' }, 'CLOUD_FRONT_SECRET is empty'],
  [
    { CLOUD_FRONT_SECRET: 'secret', CLOUD_FRONT_USE: 'never' },
    'CLOUD_FRONT_USE is "never"; expected one of optional, required',
  ],
  [{ PATH_ALIASES: '[]' }, 'PATH_ALIASES is not a JSON object'],
  [{ PATH_ALIASES: '{' }, 'PATH_ALIASES is not a JSON object'],
  [{ PATH_ALIASES: '{"a":1}' }, 'PATH_ALIASES has no path for "a"'],
  [{ WRITE_KEYS: '{"web":{"keys":["k"]}}', WRITE_KEYS_SECRET: 'arn' }, 'WRITE_KEYS and WRITE_KEYS_SECRET are both set'],
  [{ WRITE_KEYS: '{}' }, 'WRITE_KEYS has no source'],
  [{ WRITE_KEYS: '{secret' }, 'WRITE_KEYS is not JSON'],
  [{ WRITE_KEYS: '["secret"]' }, 'WRITE_KEYS is not an object'],
  [{ WRITE_KEYS: '{"web":{"keys":[]}}' }, 'WRITE_KEYS has no keys for source "web"'],
  [{ WRITE_KEYS: '{"web":"secret"}' }, 'WRITE_KEYS has no keys for source "web"'],
  [{ WRITE_KEYS: '{"web":{"keys":[1]}}' }, 'is not text, is blank or has asterisks for source "web"'],
  [
    { WRITE_KEYS: '{"web":{"keys":["secret"],"appId":1}}' },
    'WRITE_KEYS has an appId that is not a string for source "web"',
  ],
])('%j is refused: %s', (environment, message) => {
  expect(() => parse(environment)).toThrow(EnvironmentError);
  expect(() => parse(environment)).toThrow(message);
  expect(() => parse(environment)).not.toThrow('secret');
});
