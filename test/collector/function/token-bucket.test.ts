import * as fc from 'fast-check';
import { RATE_LIMIT_BURST_SECONDS } from '../../../src/collector/function/limits';
import { TokenBucket } from '../../../src/collector/function/token-bucket';

const START_MS = 1_767_323_045_678;

interface Arrival { readonly waitMs: number; readonly events: number }

const arrivals = fc.array(
  fc.record({ waitMs: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(30_000)), events: fc.integer({ min: 1, max: 500 }) }),
  { minLength: 1, maxLength: 200 },
);
const rates = fc.integer({ min: 1, max: 1_000 });

/** Arrivals with their time and whether the bucket let them pass. */
function passThrough(bucket: TokenBucket, list: readonly Arrival[]) {
  let now = START_MS;
  return list.map(({ waitMs, events }) => {
    now += waitMs;
    return { at: now, events, passed: bucket.take(events, now) };
  });
}

test('in any span of time no more passes than the rate allows and a burst, or the largest batch if larger', () => {
  fc.assert(fc.property(rates, arrivals, (rate, list) => {
    const passed = passThrough(new TokenBucket(rate), list).filter(arrival => arrival.passed);
    const burst = Math.max(rate * RATE_LIMIT_BURST_SECONDS, ...list.map(({ events }) => events));
    for (let from = 0; from < passed.length; from++) {
      let events = 0;
      for (const arrival of passed.slice(from)) {
        events += arrival.events;
        const most = rate * (arrival.at - passed[from].at) / 1_000 + burst;
        expect(events).toBeLessThanOrEqual(most + 1e-6);
      }
    }
  }));
});

test('who keeps to the rate is never limited', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(rates, shares, (rate, parts) => {
    const batches = parts.map(part => Math.ceil(part * rate * RATE_LIMIT_BURST_SECONDS));
    const slow = batches.map(events => ({ events, waitMs: Math.ceil(events * 1_000 / rate) }));
    expect(passThrough(new TokenBucket(rate), slow).every(({ passed }) => passed)).toBe(true);
  }));
});

test('a batch that is larger than a burst passes when the bucket is full, and what follows waits for it', () => {
  const bucket = new TokenBucket(1);
  expect(bucket.take(100, START_MS)).toBe(true);
  expect(bucket.take(1, START_MS + 90_000)).toBe(false);
  expect(bucket.take(1, START_MS + 91_000)).toBe(true);
});

test('a clock that is set back neither fills nor blocks the bucket', () => {
  const bucket = new TokenBucket(1);
  expect(bucket.take(10, START_MS)).toBe(true);
  expect(bucket.take(1, START_MS - 3_600_000)).toBe(false);
  expect(bucket.take(1, START_MS - 3_599_000)).toBe(true);
});
