import { gzipSync } from 'zlib';
import * as fc from 'fast-check';
import { decodeJson, inflate } from '../../../src/collector/function/decode';
import { DecodeError } from '../../../src/collector/function/errors';
import {
  MAX_BODY_BYTES, MAX_INFLATED_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES,
} from '../../../src/collector/function/limits';

const valueOf = (body: Buffer) => decodeJson(body).value;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

function codeOf(body: Buffer | string): string {
  try {
    decodeJson(Buffer.from(body as string));
  } catch (error) {
    if (error instanceof DecodeError) return `${error.status} ${error.code}`;
    throw error;
  }
  return 'decoded';
}

test('any JSON is read back, plain, compressed, or compressed as base64 text', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), text => {
    const expected = JSON.parse(text);
    const gzip = gzipSync(text);
    for (const body of [Buffer.from(text), gzip, Buffer.from(gzip.toString('base64'))]) {
      expect(valueOf(body)).toEqual(expected);
    }
  }));
});

test('any bytes are decoded or refused with a code', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
    expect(codeOf(Buffer.from(bytes))).toMatch(/^(decoded|4(00|13) [a-z0-9_]+)$/);
  }));
});

test('damaged gzip is decoded or refused with a code', () => {
  const gzip = gzipSync(JSON.stringify({ event: 'click', properties: { a: 'b'.repeat(100) } }));
  fc.assert(fc.property(fc.nat(gzip.length - 1), fc.nat(255), (at, value) => {
    const damaged = Buffer.from(gzip);
    damaged[at] = value;
    expect(codeOf(damaged)).toMatch(/^(decoded|400 [a-z0-9_]+)$/);
  }));
});

test('a byte order mark is skipped', () => {
  expect(valueOf(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
});

test('a key named __proto__ stays an own key', () => {
  expect(Object.keys(valueOf(Buffer.from('{"__proto__":{"polluted":1}}')) as object)).toEqual(['__proto__']);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test.each([
  ['nothing', '', '400 empty_body'],
  ['only a byte order mark', '\ufeff', '400 empty_body'],
  ['broken JSON', '{"event":', '400 invalid_json'],
  ['two values', '{}{}', '400 invalid_json'],
  ['NaN', '{"a":NaN}', '400 invalid_json'],
  ['a form', 'data=eyJ9', '400 invalid_json'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), '400 invalid_utf8'],
  ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), '400 invalid_utf8'],
  ['truncated gzip', gzipSync('{"a":1}').subarray(0, 12), '400 invalid_gzip'],
  ['the gzip magic alone', Buffer.from([0x1f, 0x8b]), '400 invalid_gzip'],
  ['gzip that was taken for text', gzipSync('{"a":1}').toString(), '400 invalid_gzip'],
  ['base64 that starts like gzip', 'H4sIAAAA!!', '400 invalid_gzip'],
  ['gzip of gzip', gzipSync(gzipSync('{}')), '400 invalid_utf8'],
  ['nesting beyond the limit', nested(MAX_JSON_DEPTH + 1), '413 too_deep'],
  ['nesting that would overflow a parser', nested(400_000), '413 too_deep'],
  ['unclosed nesting', '['.repeat(100_000), '413 too_deep'],
  ['more values than the limit', `[${'1,'.repeat(MAX_JSON_VALUES - 1)}1]`, '413 too_many_values'],
  ['a body above the limit', Buffer.alloc(MAX_BODY_BYTES + 1, 0x20), '413 body_too_large'],
  ['a gzip bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), '413 inflated_too_large'],
  ['a gzip bomb as base64', gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64'), '413 inflated_too_large'],
])('%s is refused', (_, body, expected) => {
  expect(codeOf(body)).toBe(expected);
});

test('limits are inclusive', () => {
  expect(codeOf(nested(MAX_JSON_DEPTH))).toBe('decoded');
  expect(codeOf(`[${'1,'.repeat(MAX_JSON_VALUES - 2)}1]`)).toBe('decoded');
  expect(codeOf(Buffer.from('1'.padEnd(MAX_BODY_BYTES)))).toBe('decoded');
  expect(inflate(gzipSync(Buffer.alloc(MAX_INFLATED_BYTES)))).toHaveLength(MAX_INFLATED_BYTES);
});

test('a bomb never takes more memory than the limit', () => {
  const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  expect(() => inflate(bomb)).toThrow(DecodeError);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MAX_INFLATED_BYTES);
});

test('an error message never quotes the body', () => {
  for (const body of ['secret', '{"a":secret}', '{"a": "secret', '["secret",]']) {
    expect(() => valueOf(Buffer.from(body))).toThrow(expect.objectContaining({
      message: expect.not.stringContaining('secret'),
    }));
  }
});
