import { clickTime } from '../../../examples/local/live/click-time';

const RECEIVED = '2026-01-02T03:04:05.678Z';
const secondsBefore = (seconds: number) => new Date(Date.parse(RECEIVED) - seconds * 1000).toISOString();

test.each([
  ['0.5 s before it was received', secondsBefore(0.5)],
  ['a minute before, as from a page that lost its network', secondsBefore(60)],
])('a click %s counts from the client\'s time', (_name, client) => {
  expect(clickTime({ client_ts: client, received_ts: RECEIVED })).toBe(Date.parse(client));
});

test.each([
  ['has no time', undefined],
  ['is imported with its old time', '2024-01-02T03:04:05.678Z'],
  ['is more than a minute old', secondsBefore(60.001)],
  ['has a time after it was received, by a clock that is ahead', secondsBefore(-1)],
  ['has a time that is no time', 'yesterday'],
])('an event that %s counts from when it was received', (_name, client) => {
  expect(clickTime({ client_ts: client, received_ts: RECEIVED })).toBe(Date.parse(RECEIVED));
});
