import * as fc from 'fast-check';
import { packRecords } from '../../../../src/collector/function/kinesis/pack-records';
import { MAX_RECORD_BYTES } from '../../../../src/collector/function/limits';

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
  for (let at = 1; at < records.length; at++) {
    expect(records[at - 1].length + 1 + 10_000).toBeGreaterThan(MAX_RECORD_BYTES);
  }
});
