import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchStopJobRunCommand,
  GetJobRunsCommand,
  GetTagsCommand,
  GlueClient,
  JobRun,
  JobRunState,
  StartJobRunCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { DRAINING_TAG, STACK_TAG } from '../../../src/contract/tags';
import { DrainProperties } from '../../../src/teardown/function/drain';
import { isComplete, onEvent } from '../../../src/teardown/function/drain.lambda';

const glue = mockClient(GlueClient);
const cloudWatch = mockClient(CloudWatchClient);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const PROPERTIES: DrainProperties = {
  JobName: 'job',
  JobArn: 'arn:job',
  Stack: 'stack-id',
  StreamName: 'stream',
  LastDrain: 'false',
  TimeoutSeconds: '600',
  OnTimeout: 'FAIL',
};
const REQUEST = { RequestId: 'request-1', LogicalResourceId: 'Drain', ResourceProperties: PROPERTIES };
const DELETE = { ...REQUEST, RequestType: 'Delete', PhysicalResourceId: 'job/drain' } as const;
const POLL = { ...DELETE, StartedAt: NOW.toISOString() };

const runs = (...states: JobRunState[]) => ({
  JobRuns: states.map((state, index) => ({ Id: `jr_${index}`, JobRunState: state })),
});
const later = (seconds: number) => jest.setSystemTime(NOW.getTime() + seconds * 1000);
const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const stopped = () => glue.commandCalls(BatchStopJobRunCommand).map(call => call.args[0].input);

beforeEach(() => {
  glue.reset();
  cloudWatch.reset();
  jest.useFakeTimers({ now: NOW });
  glue.on(GetTagsCommand, { ResourceArn: 'arn:job' }).resolves({ Tags: { [STACK_TAG]: 'stack-id' } });
  glue.on(GetJobRunsCommand).resolves(runs());
  glue.on(BatchStopJobRunCommand).resolves({});
  glue.on(TagResourceCommand).resolves({});
  glue.on(UntagResourceCommand).resolves({});
});

afterEach(() => jest.useRealTimers());

describe('creation and update', () => {
  test.each(['Create', 'Update'] as const)(
    '%s: the id is constant, and the job is no longer marked as draining',
    async RequestType => {
      expect(await onEvent({ ...REQUEST, RequestType })).toEqual({
        PhysicalResourceId: 'job/drain',
      });
      expect(glue.commandCalls(UntagResourceCommand).map(call => call.args[0].input)).toEqual([
        { ResourceArn: 'arn:job', TagsToRemove: [DRAINING_TAG] },
      ]);
      expect(await isComplete({ ...REQUEST, RequestType })).toEqual({ IsComplete: true });
      expect(stopped()).toEqual([]);
    },
  );
});

describe('deletion', () => {
  test('marks the job as draining, with the time and the request', async () => {
    expect(await onEvent(DELETE)).toEqual({ PhysicalResourceId: 'job/drain', StartedAt: NOW.toISOString() });
    expect(glue.commandCalls(TagResourceCommand).map(call => call.args[0].input))
      .toEqual([{ ResourceArn: 'arn:job', TagsToAdd: { [DRAINING_TAG]: `${NOW.toISOString()} request-1` } }]);
  });

  test('is one deletion with one time limit when its request is delivered twice', async () => {
    const tag = { [DRAINING_TAG]: `${NOW.toISOString()} request-1` };
    glue.on(GetTagsCommand, { ResourceArn: 'arn:job' }).resolves({ Tags: { [STACK_TAG]: 'stack-id', ...tag } });
    later(90);
    expect(await onEvent(DELETE)).toMatchObject({ StartedAt: NOW.toISOString() });
    expect(await onEvent({ ...DELETE, RequestId: 'request-2' })).toMatchObject({
      StartedAt: new Date(NOW.getTime() + 90_000).toISOString(),
    });
  });

  test('begins although tagging is throttled', async () => {
    glue.on(TagResourceCommand).rejects(failure('ThrottlingException'));
    expect(await onEvent(DELETE)).toEqual({ PhysicalResourceId: 'job/drain', StartedAt: NOW.toISOString() });
    glue.on(TagResourceCommand).rejects(failure('AccessDeniedException'));
    await expect(onEvent(DELETE)).rejects.toThrow('AccessDeniedException');
  });

  test('keeps the id CloudFormation sends, whatever it is', async () => {
    expect(await onEvent({ ...DELETE, PhysicalResourceId: 'other' })).toMatchObject({ PhysicalResourceId: 'other' });
  });

  test('is complete when nothing has run for a minute', async () => {
    glue.on(GetJobRunsCommand).resolves(runs('SUCCEEDED', 'FAILED', 'STOPPED', 'TIMEOUT', 'ERROR', 'EXPIRED'));
    later(59);
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
    later(60);
    expect(await isComplete(POLL)).toEqual({ IsComplete: true });
    expect(stopped()).toEqual([]);
  });

  test('stops every active run and waits until all have ended', async () => {
    glue
      .on(GetJobRunsCommand)
      .resolvesOnce(runs('STARTING', 'RUNNING', 'WAITING', 'STOPPED'))
      .resolvesOnce(runs('STOPPING'))
      .resolves(runs('STOPPED'));
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
    expect(stopped()).toEqual([{ JobName: 'job', JobRunIds: ['jr_0', 'jr_1', 'jr_2'] }]);
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
    expect(stopped()).toHaveLength(1); // a run that is STOPPING is not stopped again
    later(60);
    expect(await isComplete(POLL)).toEqual({ IsComplete: true });
  });

  test('stops 25 runs a call, over all pages', async () => {
    glue
      .on(GetJobRunsCommand, { JobName: 'job', MaxResults: 200, NextToken: undefined })
      .resolves({ ...runs(...Array(30).fill('RUNNING')), NextToken: 'p2' });
    glue
      .on(GetJobRunsCommand, { JobName: 'job', MaxResults: 200, NextToken: 'p2' })
      .resolves(runs(...Array(30).fill('RUNNING')));
    await isComplete(POLL);
    expect(stopped().map(({ JobRunIds }) => JobRunIds?.length)).toEqual([25, 25, 10]);
  });

  test('sees a retry that appears after its predecessor has ended', async () => {
    const failed = { Id: 'jr_0', JobRunState: 'FAILED', CompletedOn: new Date(NOW.getTime() + 60_000) } as const;
    const retry = { Id: 'jr_0_attempt_1', JobRunState: 'RUNNING' } as const;
    glue.on(GetJobRunsCommand).resolvesOnce({ JobRuns: [failed] }).resolves({ JobRuns: [retry, failed] });
    later(100);
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
    later(115);
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
    expect(stopped()).toEqual([{ JobName: 'job', JobRunIds: ['jr_0_attempt_1'] }]);
  });

  test('can be sent twice', async () => {
    glue.on(GetTagsCommand).rejects(failure('EntityNotFoundException'));
    expect(await onEvent(DELETE)).toMatchObject({ PhysicalResourceId: 'job/drain' });
    expect(await isComplete(POLL)).toEqual({ IsComplete: true });
    expect(glue.commandCalls(TagResourceCommand)).toEqual([]);
  });

  test('leaves a job alone that is not of this stack', async () => {
    glue.on(GetTagsCommand).resolves({ Tags: { [STACK_TAG]: 'another-stack' } });
    glue.on(GetJobRunsCommand).resolves(runs('RUNNING'));
    await onEvent(DELETE);
    expect(await isComplete(POLL)).toEqual({ IsComplete: true });
    expect(glue.commandCalls(TagResourceCommand)).toEqual([]);
    expect(stopped()).toEqual([]);
  });

  test.each([
    failure('ThrottlingException'),
    failure('InternalServiceException', { $metadata: { httpStatusCode: 500 } }),
    failure('Anything', { $retryable: {} }),
  ])('waits out %s', async error => {
    glue.on(GetJobRunsCommand).rejects(error);
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  });

  test('fails on what waiting does not cure', async () => {
    glue.on(GetJobRunsCommand).rejects(failure('AccessDeniedException'));
    await expect(isComplete(POLL)).rejects.toThrow('AccessDeniedException');
  });
});

describe('when the data are kept', () => {
  const KEEPS = { ...POLL, ResourceProperties: { ...PROPERTIES, LastDrain: 'true' } };
  const started = () => glue.commandCalls(StartJobRunCommand).map(call => call.args[0].input);
  const lastDrain = (more: Partial<JobRun>) => glue.on(GetJobRunsCommand).resolves({
    JobRuns: [
      { Id: 'jr_last', StartedOn: new Date(NOW.getTime() + 75_000), Arguments: { '--mode': 'drain' }, ...more },
    ],
  });
  const records = (Sum?: number) =>
    cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: Sum === undefined ? [] : [{ Sum }] });

  beforeEach(() => {
    glue.on(StartJobRunCommand).resolves({ JobRunId: 'jr_last' });
    records(7);
  });

  test('a last drain starts once nothing has run for a minute, and may take two thirds of the time', async () => {
    later(59);
    expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
    expect(started()).toEqual([]);
    later(60);
    expect(await isComplete(KEEPS)).toEqual({ IsComplete: false });
    expect(started()).toEqual([
      { JobName: 'job', Arguments: { '--mode': 'drain' }, ExecutionClass: 'STANDARD', Timeout: 7 },
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
    glue.on(GetJobRunsCommand).resolves(runs('STOPPED'));
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
});

describe('when the time is up', () => {
  beforeEach(() => {
    glue.on(GetJobRunsCommand).resolves(runs(...Array(40).fill('STOPPING')));
    jest.setSystemTime(NOW.getTime() + 600_000);
  });

  test('fails with what still runs and what to do, in less than CloudFormation takes', async () => {
    const error: Error = await isComplete(POLL).catch(thrown => thrown);
    const [left, command] = error.message.split('. Stop them with: ');
    expect(left).toMatch(/^40 run\(s\) of the Glue job job did not end within 600 s: jr_0 STOPPING; .*; and 20 more$/);
    expect(command).toMatch(/^aws glue batch-stop-job-run /);
    expect(error.message.length).toBeLessThan(3001);
  });

  test('goes on with CONTINUE, having said the same in the log', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation();
    expect(await isComplete({ ...POLL, ResourceProperties: { ...PROPERTIES, OnTimeout: 'CONTINUE' } })).toEqual({
      IsComplete: true,
    });
    expect(log.mock.calls.join()).toContain('40 run(s) of the Glue job job did not end');
  });

  test('throttling is no longer waited out', async () => {
    glue.on(GetJobRunsCommand).rejects(failure('ThrottlingException'));
    await expect(isComplete(POLL)).rejects.toThrow('ThrottlingException');
  });

  test('a deletion sent again has its own time', async () => {
    const { StartedAt } = await onEvent(DELETE);
    expect(await isComplete({ ...DELETE, StartedAt })).toEqual({ IsComplete: false });
  });
});
