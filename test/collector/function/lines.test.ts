import { MAX_RECORD_BYTES } from '../../../src/collector/function/limits';
import { badEventLine, eventLine, requireFit } from '../../../src/collector/function/lines';

test('lines are flat JSON objects of one version, without absent fields', () => {
  const event = {
    event_id: 'e',
    event_name: 'n',
    event_type: 'track',
    protocol: 'native',
    app_id: 'a',
    received_ts: 1,
    user_id: undefined,
  } as const;
  expect(eventLine(event)).toBe(
    '{"v":1,"kind":"event","event_id":"e","event_name":"n","event_type":"track",'
    + '"protocol":"native","app_id":"a","received_ts":1}',
  );
  expect(badEventLine({ received_ts: 1, stage: 'decode', error_code: 'invalid_json' })).toBe(
    '{"v":1,"kind":"bad","received_ts":1,"stage":"decode","error_code":"invalid_json"}',
  );
});

test('a line of exactly the limit fits a record', () => {
  const line = 'x'.repeat(MAX_RECORD_BYTES);
  expect(requireFit(line)).toBe(line);
  expect(() => requireFit('ä'.repeat(MAX_RECORD_BYTES / 2 + 1))).toThrow(expect.objectContaining({
    code: 'event_too_large', stage: 'size',
  }));
});
