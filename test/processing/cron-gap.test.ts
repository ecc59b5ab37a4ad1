import { aws_events as events, Lazy } from 'aws-cdk-lib';
import { cronStartsPerDay, longestCronGap } from '../../src/processing/cron-gap';

const DAY = 24 * 60;

const minutes = (times: events.CronOptions) => longestCronGap(times)?.toMinutes();

test.each<[string, events.CronOptions, number]>([
  ['every minute', {}, 1],
  ['every quarter of an hour', { minute: '0/15' }, 15],
  ['every quarter of an hour, written otherwise', { minute: '*/15' }, 15],
  ['every hour', { minute: '7' }, 60],
  ['an hour of minutes, and the night', { hour: '3' }, 23 * 60 + 1],
  ['twice a day', { minute: '0', hour: '6,20' }, 14 * 60],
  ['office hours', { minute: '30', hour: '8-17' }, 15 * 60],
  ['every night', { minute: '0', hour: '3' }, DAY],
  ['working days', { minute: '0', hour: '3', weekDay: 'MON-FRI' }, 3 * DAY],
  ['working days as numbers', { minute: '0', hour: '3', weekDay: '2-6' }, 3 * DAY],
  ['weekends', { minute: '0', hour: '3', weekDay: 'SAT,SUN' }, 6 * DAY],
  ['the first of the month', { minute: '0', hour: '0', day: '1' }, 31 * DAY],
  ['the 31st', { minute: '0', hour: '0', day: '31' }, 61 * DAY],
  ['the last day of the month', { minute: '0', hour: '0', day: 'L' }, 31 * DAY],
  ['the last working day of the month', { minute: '0', hour: '0', day: 'LW' }, 33 * DAY],
  ['the working day next to the first', { minute: '0', hour: '0', day: '1W' }, 33 * DAY],
  ['the second Friday', { minute: '0', hour: '0', weekDay: 'FRI#2' }, 35 * DAY],
  ['the last Friday', { minute: '0', hour: '0', weekDay: '6L' }, 35 * DAY],
  ['two months of the year', { minute: '0', hour: '0', month: 'JAN-FEB' }, 307 * DAY],
])('%s', (_, times, gap) => expect(minutes(times)).toBe(gap));

test('is not known when a field is not', () => {
  const unknown = { hour: Lazy.string({ produce: () => '3' }) };
  expect(longestCronGap(unknown)).toBeUndefined();
  expect(cronStartsPerDay(unknown)).toBeUndefined();
  expect(minutes({ minute: '0' })).toBe(60);
});

test.each<[string, events.CronOptions, number]>([
  ['every quarter of an hour', { minute: '0/15' }, 96],
  ['twice a day', { minute: '0', hour: '6,20' }, 2],
  ['two months of the year', { minute: '0', hour: '0', month: 'JAN-FEB' }, 59.25 / 365.25],
])('starts in a day: %s', (_, times, starts) => {
  expect(cronStartsPerDay(times)).toBeCloseTo(starts, 2);
});

test.each<[events.CronOptions, string]>([
  [{ year: '2027' }, "processing.schedule: year must be left out, got '2027'"],
  [{ day: '30', month: '2' }, 'processing.schedule: no day has such a time'],
  [{ hour: '24' }, "processing.schedule: hour must hold numbers from 0 to 23, got '24'"],
  [{ weekDay: 'FRIDAY' }, "processing.schedule: weekDay must hold numbers from 1 to 7, got 'FRIDAY'"],
])('refuses %j', (times, message) => expect(() => longestCronGap(times)).toThrow(message));
