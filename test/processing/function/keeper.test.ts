import { DRAINING_TAG } from '../../../src/contract/tags';
import { decide, Observation, secondsSinceSuccess } from '../../../src/processing/function/keeper';

const NOW = new Date('2026-03-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const run = (id: string, state: string, startedMinutesAgo: number) => ({
  id,
  state,
  startedOn: minutesAgo(startedMinutesAgo),
});

function observe(seen: Partial<Observation> = {}): Observation {
  return {
    now: NOW,
    trigger: 'schedule',
    continuous: true,
    tags: {},
    jobModifiedOn: minutesAgo(10_000),
    activeRuns: [],
    endedRuns: [],
    ...seen,
  };
}

describe('a continuous job', () => {
  test('is started when it does not run, whoever asks', () => {
    expect(decide(observe())).toEqual({ action: 'start' });
    expect(decide(observe({ trigger: 'runEnded', endedRuns: [run('a', 'SUCCEEDED', 8640)] }))).toEqual({
      action: 'start',
    });
  });

  test.each(['STARTING', 'RUNNING', 'WAITING', 'STOPPING'])('is left alone while a run is %s', state => {
    expect(decide(observe({ activeRuns: [run('a', state, 5)] }))).toEqual({ action: 'rest', reason: 'running' });
  });

  test('is stopped when its run is older than the deployment', () => {
    const seen = observe({ jobModifiedOn: minutesAgo(1), activeRuns: [run('old', 'RUNNING', 5)] });
    expect(decide(seen)).toEqual({ action: 'stop', runIds: ['old'] });
  });

  test('is not stopped twice, and not started before the old run has ended', () => {
    const seen = observe({ jobModifiedOn: minutesAgo(1), activeRuns: [run('old', 'STOPPING', 5)] });
    expect(decide(seen)).toEqual({ action: 'rest', reason: 'stopping' });
    expect(decide(observe({ jobModifiedOn: minutesAgo(1), endedRuns: [run('old', 'STOPPED', 5)] }))).toEqual({
      action: 'start',
    });
  });

  test('is not started a sixth time within an hour, however its runs ended', () => {
    const ended = ['FAILED', 'SUCCEEDED', 'STOPPED', 'TIMEOUT', 'ERROR'].map((state, index) =>
      run(state, state, 10 * index),
    );
    expect(decide(observe({ endedRuns: ended }))).toEqual({ action: 'break', recentStarts: 5 });
    expect(decide(observe({ endedRuns: ended.slice(1) }))).toEqual({ action: 'start' });
  });

  test('is started again once the hour is over', () => {
    expect(decide(observe({ endedRuns: [1, 2, 3, 4, 5].map(id => run(String(id), 'FAILED', 60 + id)) }))).toEqual({
      action: 'start',
    });
  });
});

describe('a scheduled job', () => {
  const scheduled = (seen: Partial<Observation> = {}) => observe({
    continuous: false, longestGapMs: 60 * 60_000, endedRuns: [run('a', 'SUCCEEDED', 30)], ...seen,
  });
  const notDue = { action: 'rest', reason: 'not due' };

  test('is started by its schedule and not by the end of a run or a check', () => {
    expect(decide(scheduled())).toMatchObject({ action: 'start' });
    expect(decide(scheduled({ trigger: 'runEnded' }))).toEqual(notDue);
    expect(decide(scheduled({ trigger: 'check' }))).toEqual(notDue);
  });

  test('is started when it has never run, so that the tables are there', () => {
    expect(decide(scheduled({ trigger: 'check', endedRuns: [] }))).toEqual({ action: 'start' });
  });

  test('is started when its start got lost', () => {
    const lastStart = (minutes: number) =>
      decide(scheduled({ trigger: 'check', endedRuns: [run('a', 'FAILED', minutes)] }));
    expect(lastStart(64)).toEqual(notDue);
    expect(lastStart(65)).toEqual({ action: 'start' });
  });

  test('is not started for want of a gap that is known only at deployment', () => {
    const seen = { trigger: 'check', endedRuns: [run('a', 'FAILED', 9000)], longestGapMs: undefined } as const;
    expect(decide(scheduled(seen))).toEqual(notDue);
  });

  test('replaces a run that a deployment has overtaken, as a continuous one does', () => {
    const jobModifiedOn = minutesAgo(1);
    expect(decide(scheduled({ jobModifiedOn, activeRuns: [run('a', 'RUNNING', 5)] }))).toEqual({
      action: 'stop',
      runIds: ['a'],
    });
    expect(decide(scheduled({ jobModifiedOn, trigger: 'check', endedRuns: [run('a', 'STOPPED', 5)] }))).toEqual({
      action: 'start',
    });
  });

  test('finishes a run of the present deployment', () => {
    expect(decide(scheduled({ activeRuns: [run('a', 'RUNNING', 5)] }))).toEqual({ action: 'rest', reason: 'running' });
  });

  test('is started only if records came since the last success began, but always after a deployment', () => {
    const endedRuns = [run('b', 'FAILED', 20), run('a', 'SUCCEEDED', 30)];
    expect(decide(scheduled({ endedRuns }))).toEqual({ action: 'start', ifRecordsSince: minutesAgo(30) });
    expect(decide(scheduled({ endedRuns, jobModifiedOn: minutesAgo(25) }))).toEqual({ action: 'start' });
  });

  test('may run often, but not fail often', () => {
    const ended = (state: string) => [5, 15, 25, 35, 45].map(minutes => run(String(minutes), state, minutes));
    expect(decide(scheduled({ endedRuns: ended('SUCCEEDED') }))).toMatchObject({ action: 'start' });
    expect(decide(scheduled({ endedRuns: ended('FAILED') }))).toEqual({ action: 'break', recentStarts: 5 });
    expect(decide(scheduled({ endedRuns: ended('STOPPED') }))).toEqual({ action: 'break', recentStarts: 5 });
  });
});

describe('the time since the job last worked', () => {
  const minutes = (seen: Partial<Observation>) =>
    secondsSinceSuccess(observe({ jobCreatedOn: minutesAgo(1000), ...seen })) / 60;
  const ended = (state: string, startedMinutesAgo: number, lasted: number) =>
    ({ ...run(state, state, startedMinutesAgo), completedOn: minutesAgo(startedMinutesAgo - lasted) });

  test('is zero while a continuous run lasts, and begins when it ends', () => {
    expect(minutes({ activeRuns: [run('a', 'RUNNING', 15)] })).toBe(0);
    expect(minutes({ endedRuns: [ended('FAILED', 60, 20)] })).toBe(40);
  });

  test('does not end with a start, nor with a run that fails soon', () => {
    expect(minutes({ activeRuns: [run('a', 'STARTING', 20)] })).toBe(1000);
    expect(minutes({ activeRuns: [run('a', 'RUNNING', 14)], endedRuns: [ended('FAILED', 30, 10)] })).toBe(1000);
  });

  test('begins with the start of the last drain that succeeded', () => {
    const endedRuns = [ended('FAILED', 20, 19), ended('SUCCEEDED', 90, 5), ended('SUCCEEDED', 150, 5)];
    expect(minutes({ continuous: false, endedRuns })).toBe(90);
    expect(minutes({ continuous: false })).toBe(1000);
  });
});

describe('a job that is being deleted', () => {
  const draining = (since: string) => observe({ tags: { [DRAINING_TAG]: since } });

  test('rests whatever the id of the request', () => {
    expect(decide(draining(`${minutesAgo(1).toISOString()} request-1`))).toEqual({
      action: 'rest',
      reason: 'draining',
    });
  });

  test('rests', () => {
    expect(decide(draining(minutesAgo(119).toISOString()))).toEqual({ action: 'rest', reason: 'draining' });
  });

  test('does not rest for ever when the deletion failed', () => {
    expect(decide(draining(minutesAgo(120).toISOString()))).toEqual({ action: 'start' });
  });

  test('is started when the tag is not a time', () => {
    expect(decide(draining('true'))).toEqual({ action: 'start' });
  });
});
