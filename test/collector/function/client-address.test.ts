import { isIP } from 'net';
import * as fc from 'fast-check';
import { anonymise } from '../../../src/collector/function/client-address';

test.each([
  ['203.0.113.77', '203.0.113.0'],
  ['2001:db8:1234:5678:9abc:def0:1234:5678', '2001:db8:1234::'],
  ['2001:0DB8::1', '2001:db8:0::'],
  ['::1', '::'],
  ['fe80::1%eth0', 'fe80:0:0::'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  [' 203.0.113.77 ', '203.0.113.0'],
  ['203.0.113.77:443', undefined],
  ['unknown', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is kept as %s', (address, expected) => {
  expect(anonymise(address, 'truncate')).toBe(expected);
});

test('a truncated address is an address, and truncating it again changes nothing', () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
    const truncated = anonymise(address, 'truncate');
    expect(isIP(truncated ?? '')).toBeGreaterThan(0);
    expect(anonymise(truncated, 'truncate')).toBe(truncated);
  }));
});

test('an address is kept whole or dropped as the policy says', () => {
  expect(anonymise('203.0.113.77', 'full')).toBe('203.0.113.77');
  expect(anonymise('2001:db8::1', 'full')).toBe('2001:db8::1');
  expect(anonymise('203.0.113.77', 'drop')).toBeUndefined();
});
