import { handle } from '../../../../src/collector/function/handle';
import { MAX_RECORD_BYTES } from '../../../../src/collector/function/limits';
import { validateEvent } from '../../../../src/collector/function/validate-event';
import { collected, lambdaContext, proxyEvent, settings } from '../builders';
import { HOSTILE_BODIES, NAUGHTY_STRINGS } from './bodies';

/** A path of every protocol that takes a body. */
const PATHS = [
  '/v1/events', '/v1/track', '/v1/batch', '/beacon/v1/batch', '/api/s/track', '/com.snowplowanalytics.snowplow/tp2',
  '/collect', '/mp/collect', '/e/',
];

const collector = (store: string[]) => ({
  settings: settings(),
  writer: { write: async (lines: readonly string[]) => { store.push(...lines); return { retries: 0 }; } },
  functionName: 'fn',
  log: () => undefined,
});

/** Every line is an event that obeys the contract, or a bad event with a reason. */
function expectContract(line: string): void {
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  expect(line).not.toContain('\n');
  const { v, kind, ...fields } = JSON.parse(line);
  expect(v).toBe(1);
  if (kind === 'event') return validateEvent(fields);
  expect(fields).toMatchObject({
    stage: expect.any(String),
    error_code: expect.stringMatching(/^[a-z0-9_]+$/),
    raw: expect.any(String),
    raw_bytes: expect.any(Number),
  });
  expect(fields.error_code).not.toBe('mapping_failed');
}

test('the corpus has at least 300 bodies', () => {
  expect(HOSTILE_BODIES.length).toBeGreaterThanOrEqual(300);
});

describe.each(PATHS)('%s', path => {
  test('every hostile body becomes an event, a bad event or a 4xx with a reason, never a 5xx', async () => {
    for (const [name, body] of HOSTILE_BODIES) {
      const stored: string[] = [];
      const event = proxyEvent({ path, body });
      const { statusCode, body: response } = await handle(event, lambdaContext(), collector(stored));
      stored.forEach(expectContract);
      if (statusCode === 200) continue;
      expect({ name, status: statusCode }).toEqual({ name, status: statusCode === 413 ? 413 : 400 });
      expect({ name, ...JSON.parse(response) }).toMatchObject({
        name, success: false, code: expect.any(String), message: expect.any(String),
      });
    }
  }, 60_000);
});

test.each(NAUGHTY_STRINGS.map(naughty => [naughty]))('%j is stored unchanged as name, id, key and value', naughty => {
  const quoted = JSON.stringify(naughty);
  const payload = `{${quoted}:${quoted}}`;
  const native = `{"event_name":${quoted},"event_id":${quoted},"user_id":${quoted},"properties":${payload}}`;
  const segment = `{"event":${quoted},"messageId":${quoted},"userId":${quoted},"properties":${payload}}`;
  for (const { events } of [collected({ body: native }), collected({ path: '/v1/track', body: segment })]) {
    expect(events).toEqual([expect.objectContaining({
      event_name: naughty, event_id: naughty, user_id: naughty, properties: payload,
    })]);
  }
});
