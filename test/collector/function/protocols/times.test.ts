import * as fc from 'fast-check';
import { JsonValue } from '../../../../src/collector/function/json';
import { milliseconds, time } from '../../../../src/collector/function/protocols/times';

const NOON = Date.parse('2026-01-02T12:00:00Z');

test.each<[JsonValue, number | undefined]>([
  ['2026-01-02T12:00:00Z', NOON],
  ['2026-01-02T12:00:00.000Z', NOON],
  ['2026-01-02T14:00:00+02:00', NOON],
  ['2026-01-02T12:00:00', NOON],
  ['2026-01-02 12:00:00', NOON],
  ['2026-01-02T12:00:00.123456Z', NOON + 123],
  ['2026-01-02 12:00:00+00', NOON],
  ['2026-01-02 12:00:00 +00:00', NOON],
  ['2026-01-02 13:00:00 +0100', NOON],
  ['2026-01-02 12:00:00 UTC', NOON],
  ['2026-01-02T12:00', NOON],
  ['2026-01-02T12:00:00,5Z', NOON + 500],
  [`${NOON}000000`, NOON],
  ['20260102', 20_260_102_000],
  ['2026-01-02T12:00:00.Z', undefined],
  ['2026-01-02T12:00:00 +1', undefined],
  ['0x1A', undefined],
  ['2026-01-02', Date.parse('2026-01-02T00:00:00Z')],
  [NOON, NOON],
  [NOON / 1000, NOON],
  [NOON * 1000, NOON],
  [String(NOON), NOON],
  ['1970-01-01T00:00:05Z', 5000],
  ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ['+010000-01-01T00:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['2026-13-45T99:99:99Z', undefined],
  ['yesterday', undefined],
  ['2026', 2_026_000],
  ['', undefined],
  [-5, undefined],
  [0, undefined],
  [1e300, undefined],
  [true, undefined],
  [null, undefined],
  [{}, undefined],
  [[NOON], undefined],
])('the time %j is read as %s', (value, expected) => {
  expect(time(value)).toBe(expected);
});

test('a JavaScript date is read back, as text and as milliseconds', () => {
  const dates = fc.date({ min: new Date('2001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(fc.property(dates, date => {
    expect(time(date.toISOString())).toBe(date.getTime());
    expect(milliseconds(date.getTime())).toBe(date.getTime());
    expect(milliseconds(String(date.getTime()))).toBe(date.getTime());
  }));
});

test('a reader of times never throws, and gives a number', () => {
  fc.assert(fc.property(fc.jsonValue(), raw => {
    for (const read of [time, milliseconds]) expect(Number.isFinite(read(raw as JsonValue) ?? 0)).toBe(true);
  }));
});
