import * as fc from 'fast-check';
import { proxyEvent, RECEIVED_AT, settings } from './builders';
import { collect } from '../../../src/collector/function/collect';
import { RateLimitedError } from '../../../src/collector/function/errors';
import { RATE_LIMIT_BURST_SECONDS } from '../../../src/collector/function/limits';
import { fromEdgeEvent } from '../../../src/collector/function/request';

const RATE = 2;
const BURST = RATE * RATE_LIMIT_BURST_SECONDS;
const KEYS = {
  web: { keys: ['a1', 'a2'], rateLimit: RATE },
  server: { keys: ['b1'] },
  app: { keys: ['c1'], rateLimit: RATE },
};

/** A collector's answers to batches, of which each gets the number of lines, or `limited`. */
function collector() {
  const parsed = settings({ WRITE_KEYS: JSON.stringify(KEYS) });
  const ask = (parts: Parameters<typeof proxyEvent>[0], atMs: number) => {
    try {
      return collect(fromEdgeEvent(proxyEvent(parts), parsed, RECEIVED_AT + atMs), parsed).entries.length;
    } catch (error) {
      if (error instanceof RateLimitedError) return 'limited';
      throw error;
    }
  };
  const send = (key: string, events: number, atMs = 0) => ask({
    body: Array.from({ length: events }, () => ({ event_name: 'click', user_id: 'u1' })),
    headers: { 'x-write-key': key },
  }, atMs);
  return { ask, send };
}

test('the keys of a source share its limit, and the events of a batch count', () => {
  const { send } = collector();
  expect(send('a1', BURST - 1)).toBe(BURST - 1);
  expect(send('a2', 2)).toBe('limited');
  expect(send('a2', 1)).toBe(1);
  expect(send('a1', RATE, 1_000)).toBe(RATE);
});

test('a flood of one source takes nothing from the others', () => {
  const other = fc.constantFrom('b1', 'c1');
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), other), { minLength: 1, maxLength: 40 }), quiet => {
    const { send } = collector();
    quiet.forEach(([floods, key], second) => {
      for (let flood = 0; flood <= floods * 10; flood++) send('a1', 10, second * 1_000);
      expect(send('a1', BURST, second * 1_000)).toBe('limited');
      expect(send(key, RATE, second * 1_000)).toBe(RATE);
    });
  }), { numRuns: 20 });
});

test('a request that would be kept as a bad event counts as an event', () => {
  const { ask } = collector();
  const broken = { path: '/com.snowplowanalytics.snowplow/tp2', body: '{', headers: { 'x-write-key': 'a1' } };
  for (let request = 0; request < BURST; request++) expect(ask(broken, 0)).toBe(1);
  expect(ask(broken, 0)).toBe('limited');
});

test('a request that is refused counts for nothing', () => {
  const { ask, send } = collector();
  const refused = { body: '{', headers: { 'x-write-key': 'a1' } };
  for (let request = 0; request < 2 * BURST; request++) expect(ask(refused, 0)).toBe(0);
  expect(send('a1', BURST)).toBe(BURST);
});
