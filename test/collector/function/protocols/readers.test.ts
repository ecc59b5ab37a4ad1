import * as fc from 'fast-check';
import { JsonValue } from '../../../../src/collector/function/json';
import {
  address, id, integer, number, size, structure, text,
} from '../../../../src/collector/function/protocols/readers';

test('readers never throw, and give the type of their column', () => {
  fc.assert(fc.property(fc.jsonValue(), raw => {
    const value = raw as JsonValue;
    for (const read of [text, id, address, structure, size('width', 'height')]) {
      expect(['string', 'undefined']).toContain(typeof read(value));
    }
    for (const read of [number, integer]) expect(Number.isFinite(read(value) ?? 0)).toBe(true);
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
