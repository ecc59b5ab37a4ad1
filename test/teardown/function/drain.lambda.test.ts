import {
  BatchStopJobRunCommand,
  GetJobRunsCommand,
  GetTagsCommand,
  GlueClient,
  JobRunState,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { DRAINING_TAG, STACK_TAG } from '../../../src/contract/tags';
import { DrainProperties } from '../../../src/teardown/function/drain';
import { isComplete, onEvent } from '../../../src/teardown/function/drain.lambda';

const glue = mockClient(GlueClient);
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
