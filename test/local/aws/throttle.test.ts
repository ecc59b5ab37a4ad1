import { TokenBucket } from '../../../examples/local/aws/throttle';

test('a full bucket lets a burst through, then as many as the rate refills', () => {
  let now = 0;
  const bucket = new TokenBucket(2, 3, () => now);
  const take = (times: number) => Array.from({ length: times }, () => bucket.take()).filter(Boolean).length;
  expect(take(10)).toBe(3);
  now += 1000;
  expect(take(10)).toBe(2);
  now += 60_000;
  expect(take(10)).toBe(3);
});
