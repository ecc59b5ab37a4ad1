import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchStopJobRunCommand,
  GetJobRunsCommand,
  GetTagsCommand,
  GlueClient,
  JobRun,
  StartJobRunCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { STACK_TAG } from '../../../src/contract/tags';
import { isComplete } from '../../../src/teardown/function/drain.lambda';

const glue = mockClient(GlueClient);
const cloudWatch = mockClient(CloudWatchClient);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const KEEPS = {
  RequestType: 'Delete',
  RequestId: 'request-1',
  LogicalResourceId: 'Drain',
  PhysicalResourceId: 'job/drain',
  StartedAt: NOW.toISOString(),
  ResourceProperties: {
    JobName: 'job',
    JobArn: 'arn:job',
    Stack: 'stack-id',
    StreamName: 'stream',
    LastDrain: 'true',
    TimeoutSeconds: '600',
    OnTimeout: 'FAIL',
  },
} as const;

const later = (seconds: number) => jest.setSystemTime(NOW.getTime() + seconds * 1000);
const failure = (name: string) => Object.assign(new Error(name), { name });
const stopped = () => glue.commandCalls(BatchStopJobRunCommand).map(call => call.args[0].input);
const started = () => glue.commandCalls(StartJobRunCommand).map(call => call.args[0].input);
const lastDrain = (more: Partial<JobRun>) => glue.on(GetJobRunsCommand).resolves({
  JobRuns: [
    { Id: 'jr_last', StartedOn: new Date(NOW.getTime() + 75_000), Arguments: { '--mode': 'drain' }, ...more },
  ],
});
const records = (Sum?: number) =>
  cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: Sum === undefined ? [] : [{ Sum }] });

beforeEach(() => {
  glue.reset();
  cloudWatch.reset();
  jest.useFakeTimers({ now: NOW });
  glue.on(GetTagsCommand, { ResourceArn: 'arn:job' }).resolves({ Tags: { [STACK_TAG]: 'stack-id' } });
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [] });
  glue.on(BatchStopJobRunCommand).resolves({});
  glue.on(StartJobRunCommand).resolves({ JobRunId: 'jr_last' });
  records(7);
});

afterEach(() => jest.useRealTimers());

test('a last drain starts once nothing has run for a minute, and may take two thirds of the time', async () => {
  later(59);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  expect(started()).toEqual([]);
  later(60);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  expect(started()).toEqual([
    {
      JobName: 'job',
      Arguments: { '--mode': 'drain', '--read_until': '1740830460' },
      ExecutionClass: 'STANDARD',
      Timeout: 7,
    },
  ]);
});

test('the last drain is let run to its end, and then the deletion is complete', async () => {
  lastDrain({ JobRunState: 'RUNNING' });
  later(300);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  expect(stopped()).toEqual([]);
  lastDrain({ JobRunState: 'SUCCEEDED', CompletedOn: new Date(NOW.getTime() + 310_000) });
  later(370);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: true });
  expect(started()).toEqual([]);
});

test('a last drain that takes too long is stopped', async () => {
  lastDrain({ JobRunState: 'RUNNING' });
  later(400);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  expect(stopped()).toEqual([{ JobName: 'job', JobRunIds: ['jr_last'] }]);
});

test('a run of an earlier time is no last drain', async () => {
  lastDrain({ JobRunState: 'RUNNING', StartedOn: new Date(NOW.getTime() - 1) });
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  expect(stopped()).toEqual([{ JobName: 'job', JobRunIds: ['jr_last'] }]);
});

test('a last drain that failed is named, with its error and both ways on', async () => {
  lastDrain({ JobRunState: 'FAILED', ErrorMessage: 'AccessDenied: key', CompletedOn: NOW });
  later(200);
  const error: Error = await isComplete(KEEPS).catch(thrown => thrown);
  expect(error.message).toBe('The last drain of the Glue job job did not succeed (run jr_last ended FAILED: '
    + 'AccessDenied: key), and events that the collector acknowledged may still be in the stream. Repair the cause '
    + 'and delete the stack again; or, to lose these events: aws cloudformation delete-stack '
    + '--stack-name stack-id --retain-resources Drain');
});

test('goes on with CONTINUE after a last drain that failed', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation();
  lastDrain({ JobRunState: 'FAILED', CompletedOn: NOW });
  later(200);
  const properties = { ...KEEPS.ResourceProperties, OnTimeout: 'CONTINUE' };
  expect(await isComplete({ ...KEEPS, ResourceProperties: properties })).toEqual({ IsComplete: true });
  expect(log.mock.calls.join()).toContain('The last drain of the Glue job job did not succeed');
});

test('says so when the runs before it left it no time', async () => {
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [{ Id: 'jr_0', JobRunState: 'STOPPED' }] });
  later(400);
  await expect(isComplete(KEEPS)).rejects.toThrow('(the runs before it took 400 s to end: jr_0)');
});

test('says so when Glue refuses the last drain, and waits when a run is faster', async () => {
  later(60);
  glue.on(StartJobRunCommand).rejects(failure('ResourceNumberLimitExceededException'));
  await expect(isComplete(KEEPS)).rejects.toThrow('(ResourceNumberLimitExceededException)');
  for (const name of ['ConcurrentRunsExceededException', 'ThrottlingException']) {
    glue.on(StartJobRunCommand).rejects(failure(name));
    expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  }
});

test('does without it when no record came since the last success, after the time that metrics take', async () => {
  const startedOn = new Date(NOW.getTime() - 3_600_000);
  glue.on(GetJobRunsCommand).resolves({ JobRuns: [{ Id: 'jr_0', JobRunState: 'SUCCEEDED', StartedOn: startedOn }] });
  records();
  later(299);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
  later(300);
  expect(await isComplete(KEEPS)).toEqual({ IsComplete: true });
  expect(started()).toEqual([]);
  expect(cloudWatch.commandCalls(GetMetricStatisticsCommand)[0].args[0].input).toMatchObject({
    Namespace: 'AWS/Kinesis',
    MetricName: 'IncomingRecords',
    Dimensions: [{ Name: 'StreamName', Value: 'stream' }],
    StartTime: new Date(startedOn.getTime() - 300_000),
    Period: 900,
  });
});
