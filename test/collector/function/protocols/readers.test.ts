import * as fc from 'fast-check';
import { JsonValue } from '../../../../src/collector/function/json';
import {
  address, id, integer, milliseconds, number, size, structure, text, time,
} from '../../../../src/collector/function/protocols/readers';

const NOON = Date.parse('2026-01-02T12:00:00Z');

test.each<[JsonValue, number | undefined]>([
  ['2026-01-02T12:00:00Z', NOON],
  ['2026-01-02T12:00:00.000Z', NOON],
  ['2026-01-02T14:00:00+02:00', NOON],
  ['2026-01-02T12:00:00', NOON],
  ['2026-01-02 12:00:00', NOON],
  ['2026-01-02T12:00:00.123456Z', NOON + 123],
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

test('readers never throw, and give the type of their column', () => {
  fc.assert(fc.property(fc.jsonValue(), raw => {
    const value = raw as JsonValue;
    for (const read of [text, id, address, structure, size('width', 'height')]) {
      expect(['string', 'undefined']).toContain(typeof read(value));
    }
    for (const read of [number, integer, time, milliseconds]) expect(Number.isFinite(read(value) ?? 0)).toBe(true);
  }));
});

test('unusable values are not read', () => {
  expect([text(''), text({}), text(null), id('x'.repeat(257)), id(true), id([])]).toEqual(Array(6).fill(undefined));
  expect([number('abc'), number(''), number(' ')]).toEqual(Array(3).fill(undefined));
  expect([integer(1.5), integer(2 ** 31), structure({}), structure('x')]).toEqual(Array(4).fill(undefined));
  expect([text(0), text(false), id(7), number('7'), integer('7')]).toEqual(['0', 'false', '7', 7, 7]);
});

test('an invalid address is read as empty', () => {
  expect([address('203.0.113.7'), address('2001:db8::1'), address('203.0.113.7:80'), address({})]).toEqual([
    '203.0.113.7', '2001:db8::1', '', '',
  ]);
});
