import { randomBytes } from 'crypto';
import * as fc from 'fast-check';
import { rebuilt } from './raw-columns';
import {
  MAX_PLAIN_RAW_BYTES, MAX_UNAUTHORIZED_RAW_BYTES, RAW_PART_BYTES,
} from '../../../src/collector/function/limits';
import * as rawContent from '../../../src/collector/function/raw-content';

type Policy = rawContent.RawContent['clientIp'];

const kept = (bytes: Buffer, clientIp: Policy) => rawContent.kept({ bytes, clientIp, isProtected: false });
const keptStart = (bytes: Buffer, clientIp: Policy) => rawContent.keptStart({ bytes, clientIp, isProtected: false });

test('short text is kept as it is', () => {
  expect(kept(Buffer.from('{"ä":1'), 'truncate')).toEqual([{ raw: '{"ä":1', raw_encoding: 'utf8', raw_bytes: 7 }]);
});

test('bytes that are no text, or have a NUL, are kept in base64', () => {
  for (const bytes of [Buffer.from([0xff, 0x00, 0x80]), Buffer.from('a\0b')]) {
    expect(kept(bytes, 'truncate')).toEqual([
      { raw: bytes.toString('base64'), raw_encoding: 'base64', raw_bytes: 3 },
    ]);
  }
});

test('every byte of a content comes back, and no row is larger than a record holds', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map(start => Buffer.from(start));
  const text = fc.string({ unit: 'binary', maxLength: 200 }).map(start => Buffer.from(start));
  const contents = fc.tuple(fc.oneof(bytes, text), fc.integer({ min: 1, max: 8_000 }))
    .map(([start, times]) => Buffer.concat(Array<Buffer>(times).fill(start)));
  fc.assert(fc.property(contents, content => {
    const rows = kept(content, 'full');
    expect(rebuilt(rows).equals(content)).toBe(true);
    for (const { raw, raw_bytes } of rows) {
      expect(Buffer.byteLength(JSON.stringify(raw))).toBeLessThanOrEqual(RAW_PART_BYTES + 2);
      expect(raw_bytes).toBe(content.length);
    }
  }), { numRuns: 60 });
});

test('a content that cannot be compressed takes several rows', () => {
  const content = randomBytes(1_000_000);
  const rows = kept(Buffer.concat([content, Buffer.from([0])]), 'full');
  expect(rows.map(({ raw_part, raw_parts }) => [raw_part, raw_parts])).toEqual([[0, 3], [1, 3], [2, 3]]);
});

test('text that escapes to much more is compressed', () => {
  const content = Buffer.from('"'.repeat(MAX_PLAIN_RAW_BYTES - 10));
  const [{ raw, raw_encoding }] = kept(content, 'full');
  expect(raw_encoding).toBe('gzip');
  expect(raw?.length).toBeLessThan(1_000);
});

test.each([
  ['{"writeKey":"secret-key","a":1}', '{"writeKey":"***","a":1}'],
  ['{\\"api_key\\": \\"secret-key\\"', '{\\"api_key\\": \\"***\\"'],
  ['appId=secret-key&x=1', 'appId=***&x=1'],
  ['{"ip":"198.51.100.77"', '{"ip":"198.51.100.0"'],
  ['at 198.51.100.77, 2001:db8:1:2::3.', 'at 198.51.100.0, 2001:db8:1::.'],
  ['198.51.100.77:8080 [2001:db8:1:2::3]:80', '198.51.100.0:8080 [2001:db8:1::]:80'],
  ['host:2001:db8:1:2::3', 'host:2001:db8:1::'],
  ['version 1.2.3.4.5 at 08:30:15', 'version 1.2.3.4.5 at 08:30:15'],
])('%s is kept as %s', (text, expected) => {
  expect(kept(Buffer.from(text), 'truncate')[0].raw).toBe(expected);
});

test('of a sender without a key the first KiB is kept, escaped', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), text => {
    const { raw, raw_bytes } = keptStart(Buffer.from(text), 'truncate');
    expect(Buffer.byteLength(JSON.stringify(raw))).toBeLessThanOrEqual(MAX_UNAUTHORIZED_RAW_BYTES);
    expect(raw_bytes).toBe(Buffer.byteLength(text));
    expect(JSON.stringify(raw)).not.toMatch(/\\ud[89a-f]/);
  }));
  expect(keptStart(Buffer.alloc(5_000, 0xff), 'truncate').raw?.length).toBeLessThanOrEqual(MAX_UNAUTHORIZED_RAW_BYTES);
});
