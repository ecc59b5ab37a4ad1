import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchStopJobRunCommand,
  GetJobCommand,
  GetJobRunsCommand,
  GetTagsCommand,
  GlueClient,
  StartJobRunCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../src/processing/function/keeper.lambda';

const glue = mockClient(GlueClient);
const cloudWatch = mockClient(CloudWatchClient);
const NOW = new Date('2026-03-01T12:00:00Z');
const startedOn = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * 60_000);
let lines: string[];

/** The one line in embedded metric format. */
const report = () => JSON.parse(lines.find(line => line.includes('_aws'))!);

function failure(name: string): Error {
  return Object.assign(new Error(`${name} message`), { name });
}

beforeEach(() => {
  glue.reset();
  cloudWatch.reset();
  jest.useFakeTimers({ now: NOW });
  lines = [];
  jest.spyOn(console, 'log').mockImplementation(line => void lines.push(line));
  Object.assign(process.env, {
    JOB_NAME: 'job',
    JOB_ARN: 'arn:job',
    STREAM_NAME: 'stream',
    CONTINUOUS: 'true',
    METRICS_NAMESPACE: 'Clicks',
    LONGEST_GAP_SECONDS: '3600',
  });
  glue.on(GetJobCommand, { JobName: 'job' }).resolves({
    Job: { CreatedOn: startedOn(20_000), LastModifiedOn: startedOn(10_000) },
  });
  glue.on(GetTagsCommand, { ResourceArn: 'arn:job' }).resolves({ Tags: {} });
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [] });
  glue.on(StartJobRunCommand).resolves({ JobRunId: 'new' });
});

afterEach(() => jest.useRealTimers());

test('starts the job and reports it in embedded metric format', async () => {
  await handler({ trigger: 'schedule' });
  expect(glue.commandCalls(StartJobRunCommand).map(call => call.args[0].input)).toEqual([{ JobName: 'job' }]);
  expect(report()).toMatchObject({
    _aws: { Timestamp: NOW.getTime(), CloudWatchMetrics: [{ Namespace: 'Clicks', Dimensions: [['JobName']] }] },
    JobName: 'job',
    RunActive: 1,
    RunStarts: 1,
    RunFailures: 0,
    StartsRefused: 0,
    BreakerOpen: 0,
    SecondsSinceSuccess: 20_000 * 60,
  });
  expect(report()._aws.CloudWatchMetrics[0].Metrics.map((metric: { Name: string }) => metric.Name))
    .toEqual(['RunActive', 'RunStarts', 'RunFailures', 'StartsRefused', 'BreakerOpen', 'SecondsSinceSuccess']);
});

test('does nothing while a run is active', async () => {
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [{ Id: 'a', JobRunState: 'RUNNING', StartedOn: startedOn(9) }] });
  await handler({ trigger: 'schedule' });
  expect(glue.commandCalls(StartJobRunCommand)).toEqual([]);
  expect(report()).toMatchObject({ RunActive: 1, RunStarts: 0 });
});

test('finds the active run behind pages of ended ones, and stops reading at runs too old to be active', async () => {
  const page = (Id: string, JobRunState: string, days: number, NextToken?: string) =>
    ({ JobRuns: [{ Id, JobRunState, StartedOn: startedOn(days * 1440) } as const], NextToken }) as object;
  glue
    .on(GetJobRunsCommand, { JobName: 'job', MaxResults: 200, NextToken: undefined })
    .resolves(page('a', 'SUCCEEDED', 1, 'p2'));
  glue
    .on(GetJobRunsCommand, { JobName: 'job', MaxResults: 200, NextToken: 'p2' })
    .resolves(page('b', 'RUNNING', 6, 'p3'));
  glue
    .on(GetJobRunsCommand, { JobName: 'job', MaxResults: 200, NextToken: 'p3' })
    .resolves(page('c', 'SUCCEEDED', 8, 'p4'));
  await handler({ trigger: 'schedule' });
  expect(glue.commandCalls(GetJobRunsCommand)).toHaveLength(3);
  expect(glue.commandCalls(StartJobRunCommand)).toEqual([]);
});

test('stops a run that is older than the deployment, and does not start beside it', async () => {
  glue.on(GetJobCommand).resolves({ Job: { LastModifiedOn: startedOn(1) } });
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [{ Id: 'old', JobRunState: 'RUNNING', StartedOn: startedOn(60) }] });
  await handler({ trigger: 'schedule' });
  expect(glue.commandCalls(BatchStopJobRunCommand).map(call => call.args[0].input)).toEqual([
    { JobName: 'job', JobRunIds: ['old'] },
  ]);
  expect(glue.commandCalls(StartJobRunCommand)).toEqual([]);
});

describe('a drain that is due', () => {
  const started = () => glue.commandCalls(StartJobRunCommand).length;

  beforeEach(() => {
    process.env.CONTINUOUS = 'false';
    const JobRuns = [{ Id: 'a', JobRunState: 'SUCCEEDED' as const, StartedOn: startedOn(30) }];
    glue.on(GetJobRunsCommand).resolves({ JobRuns });
  });

  test('starts when the stream got records since the last one began', async () => {
    const Datapoints = [[3, 10], [0, 35], [1, 20]].map(([Sum, minutes]) => ({ Sum, Timestamp: startedOn(minutes) }));
    cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints });
    await handler({ trigger: 'schedule' });
    expect(glue.commandCalls(StartJobRunCommand).map(call => call.args[0].input)).toEqual([
      { JobName: 'job', Arguments: { '--read_until': String(startedOn(20).getTime() / 1000) } },
    ]);
    expect(report()).toMatchObject({ RunStarts: 1, SecondsSinceSuccess: 1800 });
    expect(cloudWatch.commandCalls(GetMetricStatisticsCommand)[0].args[0].input).toEqual({
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: 'stream' }],
      StartTime: startedOn(35),
      EndTime: NOW,
      Period: 900,
      Statistics: ['Sum'],
    });
  });

  test('is skipped when the stream got none, which counts as a success', async () => {
    cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [{ Sum: 0 }] });
    await handler({ trigger: 'schedule' });
    expect(started()).toBe(0);
    expect(report()).toMatchObject({ RunActive: 0, RunStarts: 0, SecondsSinceSuccess: 0 });
  });

  test('starts when the metrics cannot be read', async () => {
    cloudWatch.on(GetMetricStatisticsCommand).rejects(failure('AccessDenied'));
    await handler({ trigger: 'schedule' });
    expect(glue.commandCalls(StartJobRunCommand)[0].args[0].input.Arguments).toEqual({
      '--read_until': String(startedOn(30).getTime() / 1000),
    });
    expect(lines.join()).toContain("the stream's metrics cannot be read");
  });
});

test('takes "concurrent runs exceeded" for what it is: another call was faster', async () => {
  glue.on(StartJobRunCommand).rejects(failure('ConcurrentRunsExceededException'));
  await handler({ trigger: 'schedule' });
  expect(report()).toMatchObject({ RunActive: 1, RunStarts: 0, StartsRefused: 0 });
});

test.each([
  'ResourceNumberLimitExceededException', 'AccessDeniedException', 'ThrottlingException', 'OperationTimeoutException',
])('waits for the next call when Glue refuses with %s, and says so', async name => {
  glue.on(StartJobRunCommand).rejects(failure(name));
  await handler({ trigger: 'schedule' });
  expect(report()).toMatchObject({ RunActive: 0, RunStarts: 0, StartsRefused: 1 });
  expect(lines.join()).toContain(name);
});

test('fails on what it does not understand', async () => {
  glue.on(StartJobRunCommand).rejects(failure('InvalidInputException'));
  await expect(handler({ trigger: 'schedule' })).rejects.toThrow('InvalidInputException');
});

test('counts the failure of a run when it is told of one', async () => {
  await handler({ trigger: 'runEnded', state: 'FAILED' });
  expect(report()).toMatchObject({ RunFailures: 1, RunStarts: 1 });
  lines = [];
  await handler({ trigger: 'runEnded', state: 'SUCCEEDED' });
  expect(report()).toMatchObject({ RunFailures: 0 });
});

test('opens the breaker after five starts within an hour', async () => {
  glue
    .on(GetJobRunsCommand)
    .resolves({
      JobRuns: [1, 2, 3, 4, 5].map(id => ({
        Id: String(id),
        JobRunState: 'FAILED' as const,
        StartedOn: startedOn(id),
      })),
    });
  await handler({ trigger: 'runEnded', state: 'FAILED' });
  expect(glue.commandCalls(StartJobRunCommand)).toEqual([]);
  expect(report()).toMatchObject({ BreakerOpen: 1, RunActive: 0 });
});

test('names the variable that is missing', async () => {
  delete process.env.JOB_NAME;
  await expect(handler({ trigger: 'schedule' })).rejects.toThrow('the environment variable JOB_NAME is missing');
});
