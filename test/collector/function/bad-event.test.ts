import { keptBytes } from '../../../src/collector/function/bad-event';
import { MAX_BAD_EVENT_BYTES } from '../../../src/collector/function/limits';

test('received text is kept as it is, and cut without splitting a character', () => {
  expect(keptBytes(Buffer.from('{"ä":1'))).toEqual({ raw: '{"ä":1', raw_encoding: 'utf8', raw_bytes: 7 });
  const long = Buffer.from(`x${'€'.repeat(MAX_BAD_EVENT_BYTES)}`);
  const { raw, raw_encoding, raw_bytes } = keptBytes(long);
  expect(raw_encoding).toBe('utf8');
  expect(raw_bytes).toBe(long.length);
  expect(long.toString().startsWith(raw ?? 'missing')).toBe(true);
  expect(Buffer.byteLength(raw ?? '')).toBeGreaterThan(MAX_BAD_EVENT_BYTES - 4);
});

test('received bytes are kept in base64', () => {
  const bytes = Buffer.from([0xff, 0x00, 0x80]);
  expect(keptBytes(bytes)).toEqual({ raw: bytes.toString('base64'), raw_encoding: 'base64', raw_bytes: 3 });
});
