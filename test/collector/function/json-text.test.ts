import * as fc from 'fast-check';
import { decodeJson } from '../../../src/collector/function/decode';
import { extentOf, quoteInexactNumbers } from '../../../src/collector/function/json-text';

const decode = (text: string) => decodeJson(Buffer.from(text));

test('within strings, brackets do not count as nesting and digits do not count as numbers', () => {
  fc.assert(fc.property(fc.string(), text => {
    const json = Buffer.from(JSON.stringify({ [text]: [text, '12345678901234567890', '1e400'] }));
    expect(extentOf(json)).toEqual({ depth: 2, values: 5, longNumbers: false });
    expect(quoteInexactNumbers(json)).toBeUndefined();
  }));
});

test.each([
  '9007199254740993', '-9007199254740993', '12345678901234567890', '1234567890123456789012345678901234567890', '1e400',
  '-1E+400', `1${'0'.repeat(400)}`,
])('%s, which a double cannot hold, is read as a string of its digits', number => {
  expect(decode(number)).toBe(number);
  expect(decode(`{"\\"id":${number},"of":[ ${number} ,1]}`)).toEqual({ '"id': number, 'of': [number, 1] });
});

test.each([
  '9007199254740991', '-9007199254740992', '1234567890123456', '52.520006599999996', '1e21', '-0', '1e-400',
  '0.1234567890123456789', '100000000000000000000',
])('%s stays a number', number => {
  expect(decode(`[${number}]`)).toEqual([Number(number)]);
});

test('no digit of an integer is lost, wherever it stands', () => {
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.bigInt(),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  }));
  const textOf = (value: unknown): string => {
    if (typeof value === 'bigint') return String(value);
    if (Array.isArray(value)) return `[${value.map(textOf).join(' , ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${textOf(field)}`).join()}}`;
  };
  const expected = (value: unknown): unknown => {
    if (typeof value === 'bigint') {
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    }
    if (Array.isArray(value)) return value.map(expected);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, expected(field)]));
  };
  const digits = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_, field: unknown) => (typeof field === 'number' ? String(field) : field)));
  fc.assert(fc.property(tree, value => {
    expect(digits(decode(textOf(value)))).toEqual(digits(expected(value)));
  }));
});

test.each([
  '{12345678901234567890:1}', '[12345678901234567890 1]', '[012345678901234567890]', '[+1e400]', '[1e400x]',
  '[--1e400]',
])('%s is invalid JSON and stays invalid', text => {
  expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'invalid_json' }));
});
