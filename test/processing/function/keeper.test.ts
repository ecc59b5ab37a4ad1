import { DRAINING_TAG } from '../../../src/contract/tags';
import { decide, Observation } from '../../../src/processing/function/keeper';

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
  const scheduled = (seen: Partial<Observation> = {}) => observe({ continuous: false, ...seen });

  test('is started by its schedule and not by the end of a run', () => {
    expect(decide(scheduled())).toEqual({ action: 'start' });
    expect(decide(scheduled({ trigger: 'runEnded' }))).toEqual({ action: 'rest', reason: 'not due' });
  });

  test('finishes a run that a deployment has overtaken', () => {
    expect(decide(scheduled({ jobModifiedOn: minutesAgo(1), activeRuns: [run('a', 'RUNNING', 5)] }))).toEqual({
      action: 'rest',
      reason: 'running',
    });
  });

  test('may run often, but not fail often', () => {
    const ended = (state: string) => [5, 15, 25, 35, 45].map(minutes => run(String(minutes), state, minutes));
    expect(decide(scheduled({ endedRuns: ended('SUCCEEDED') }))).toEqual({ action: 'start' });
    expect(decide(scheduled({ endedRuns: ended('FAILED') }))).toEqual({ action: 'break', recentStarts: 5 });
  });
});

describe('a job that is being deleted', () => {
  const draining = (since: string) => observe({ tags: { [DRAINING_TAG]: since } });

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
