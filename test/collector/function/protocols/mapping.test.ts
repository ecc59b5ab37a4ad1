import * as fc from 'fast-check';
import { JsonObject } from '../../../../src/collector/function/json';
import { derived, from, mapColumns, without, withoutKeys } from '../../../../src/collector/function/protocols/mapping';
import { text } from '../../../../src/collector/function/protocols/readers';

test('only the first path with a usable value is used', () => {
  const rules = [from('user_id', text, 'a.b', 'c'), derived('page_url', text, 'd')];
  expect(mapColumns({ a: { b: {} }, c: 'u', d: 'x' }, rules)).toEqual({
    columns: { user_id: 'u', page_url: 'x' }, used: [['c']],
  });
  expect(mapColumns({ a: { b: 'u' }, c: 'v' }, rules)).toEqual({ columns: { user_id: 'u' }, used: [['a', 'b']] });
  expect(mapColumns({ a: null }, rules)).toEqual({ columns: {}, used: [] });
});

test('inherited names are not read', () => {
  expect(mapColumns({}, [from('user_id', text, 'constructor.name')]).columns).toEqual({});
});

test('used paths are taken out, together with objects left empty', () => {
  const source = { a: { b: 1, c: 2 }, d: { e: { f: 1 } }, g: [], h: {} };
  expect(without(source, [['a', 'b'], ['d', 'e', 'f'], ['missing', 'x']])).toEqual({ a: { c: 2 }, g: [], h: {} });
  expect(without({ a: [1] }, [['a', 'b']])).toEqual({ a: [1] });
  expect(without(source, [['a', 'b'], ['a']])).toEqual({ d: { e: { f: 1 } }, g: [], h: {} });
});

test('taking nothing out changes nothing, whatever the keys', () => {
  const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor'));
  fc.assert(fc.property(fc.dictionary(keys, fc.jsonValue()), value => {
    const parsed: JsonObject = JSON.parse(JSON.stringify(value));
    expect(JSON.stringify(without(parsed, [['no such key']]))).toBe(JSON.stringify(parsed));
  }));
});

test('keys are taken out of objects only', () => {
  expect(withoutKeys({ writeKey: 'k', a: 1 })).toEqual({ a: 1 });
  expect(withoutKeys(['writeKey'])).toEqual(['writeKey']);
});
