import * as fc from 'fast-check';
import { MAX_BAD_EVENT_BYTES, MAX_RECORD_BYTES } from '../../../src/collector/function/limits';
import { badEventLine, eventLine, keptBytes, packRecords, requireFit } from '../../../src/collector/function/lines';

test('lines are flat JSON objects of one version, without absent fields', () => {
  const event = { event_id: 'e', event_name: 'n', event_type: 'track', protocol: 'native', app_id: 'a', received_ts: 1, user_id: undefined } as const;
  expect(eventLine(event)).toBe('{"v":1,"kind":"event","event_id":"e","event_name":"n","event_type":"track","protocol":"native","app_id":"a","received_ts":1}');
  expect(badEventLine({ received_ts: 1, stage: 'decode', error_code: 'c' })).toBe('{"v":1,"kind":"bad","received_ts":1,"stage":"decode","error_code":"c"}');
});

test('packing keeps every line, in order, in records within the limit', () => {
  const line = fc.integer({ min: 1, max: 200_000 }).map(length => 'ä'.repeat(length / 2).padEnd(1, 'x'));
  fc.assert(fc.property(fc.array(line, { maxLength: 40 }), lines => {
    const records = packRecords(lines);
    expect(records.flatMap(record => record.toString().split('\n'))).toEqual(lines);
    for (const record of records) expect(record.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  }), { numRuns: 30 });
});

test('records are filled: two neighbours never fit into one', () => {
  const records = packRecords(Array<string>(500).fill('x'.repeat(10_000)));
  for (let at = 1; at < records.length; at++) expect(records[at - 1].length + 1 + 10_000).toBeGreaterThan(MAX_RECORD_BYTES);
});

test('a line of exactly the limit fits a record', () => {
  const line = 'x'.repeat(MAX_RECORD_BYTES);
  expect(requireFit(line)).toBe(line);
  expect(() => requireFit('ä'.repeat(MAX_RECORD_BYTES / 2 + 1))).toThrow(expect.objectContaining({ code: 'event_too_large', stage: 'size' }));
});

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
