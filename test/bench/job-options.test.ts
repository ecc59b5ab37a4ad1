import { MEASUREMENTS, parseJobOptions } from '../../bench/job-options';

test('by default all is measured but freshness, which takes its time', () => {
  expect(parseJobOptions([])).toEqual({
    only: MEASUREMENTS.filter(name => name !== 'freshness'),
    events: 90_000,
    windows: [1, 10],
    seconds: 60,
    jvm: 'default',
  });
});

test('each option is taken', () => {
  const given = ['--only', 'windows,freshness', '--events', '1000', '--windows', '1,86', '--seconds', '90',
    '--jvm', 'local'];
  expect(parseJobOptions(given)).toEqual({
    only: ['windows', 'freshness'], events: 1_000, windows: [1, 86], seconds: 90, jvm: 'local',
  });
});

test.each([
  [['--bogus', '1'], /^unknown option --bogus, .*--windows <list>/s],
  [['--only', 'stage2,stage3'], /^--only takes stage2, .*, got stage2,stage3$/],
  [['--only'], /^--only takes .*, got nothing$/],
  [['--events', 'many'], /^--events takes numbers from 100 to 200000, got many$/],
  [['--windows', '1,,10'], /^--windows takes numbers from 1 to 200, got nothing$/],
  [['--jvm', 'c1'], /^--jvm takes default or local, got c1$/],
  [['--seconds', '1'], /^--seconds takes numbers from 5 to 3600, got 1$/],
])('%j is refused with what to do', (args, message) => {
  expect(() => parseJobOptions(args)).toThrow(message);
});
