import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  BatchStopJobRunCommand, GetTagsCommand, GlueClient, StartJobRunCommand, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-glue';
import {
  giveUp, isTransient, LifecycleEvent, LifecycleResult, poll, PollEvent, PollResult, startOf,
} from './delete-request';
import {
  describeLastDrain, drainId, DrainProperties, inPortions, LAST_DRAIN_ARGUMENTS, lastDrainSeconds, nextStep, Situation,
} from './drain';
import { DRAINING_TAG, STACK_TAG } from '../../contract/tags';
import { lastSuccess, listRuns, LONGEST_RUN_MS } from '../../processing/function/job-runs';
import { METRICS_DELAY_MS, quietUntil, readUntilArgument } from '../../processing/function/stream-records';

// Few attempts: a poll must end long before Lambda ends it, and the next one tries again.
const glue = new GlueClient({ retryMode: 'adaptive', maxAttempts: 4 });
const cloudWatch = new CloudWatchClient({ retryMode: 'adaptive', maxAttempts: 4 });

/** The longest retention of a stream. */
const LONGEST_RETENTION_MS = 365 * 24 * 3_600_000;

/** Tags the job when a deletion begins, so that the keeper does not start it. A create or update removes the tag. */
export async function onEvent(event: LifecycleEvent<DrainProperties>): Promise<LifecycleResult> {
  const { RequestType, PhysicalResourceId, ResourceProperties: target } = event;
  if (RequestType === 'Delete') {
    return { PhysicalResourceId: PhysicalResourceId ?? drainId(target), StartedAt: await startDraining(event) };
  }
  if (await tagsOf(target)) {
    await glue.send(new UntagResourceCommand({ ResourceArn: target.JobArn, TagsToRemove: [DRAINING_TAG] }));
  }
  return { PhysicalResourceId: drainId(target) };
}

/**
 * The tag names the request, so that a request that is delivered twice is one deletion with one time limit. Throttling
 * must not end a deletion: the keeper's rules are gone already, and the tag is for a late call of theirs.
 *
 * @returns when the deletion began, in ISO 8601
 */
async function startDraining(event: LifecycleEvent<DrainProperties>): Promise<string> {
  const { RequestId, ResourceProperties: target } = event;
  const now = new Date().toISOString();
  try {
    const tags = await tagsOf(target);
    const [taggedAt, request] = (tags?.[DRAINING_TAG] ?? '').split(' ');
    if (!tags || request === RequestId) return taggedAt || now;
    const TagsToAdd = { [DRAINING_TAG]: `${now} ${RequestId}` };
    await glue.send(new TagResourceCommand({ ResourceArn: target.JobArn, TagsToAdd }));
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
  return now;
}

export async function isComplete(event: PollEvent<DrainProperties>): Promise<PollResult> {
  return poll(event, drain);
}

async function drain(event: PollEvent<DrainProperties>): Promise<PollResult> {
  const target = event.ResourceProperties;
  if (!await tagsOf(target)) return { IsComplete: true };
  const now = new Date();
  const runs = await listRuns(glue, target.JobName, new Date(now.getTime() - LONGEST_RUN_MS));
  const situation = { target, logicalId: event.LogicalResourceId, startedAt: startOf(event), now, runs };
  const step = nextStep(situation);
  switch (step.action) {
    case 'finish': return { IsComplete: true };
    case 'wait': return { IsComplete: false };
    case 'giveUp': return giveUp(target, step.reason);
    case 'startLastDrain': return startLastDrain(situation);
    case 'stop': return stop(target, step.runIds);
  }
}

async function stop({ JobName }: DrainProperties, runIds: string[]): Promise<PollResult> {
  for (const JobRunIds of inPortions(runIds)) {
    // Its per-run errors (a run that ended meanwhile) need no handling: the next poll looks again.
    await glue.send(new BatchStopJobRunCommand({ JobName, JobRunIds }));
  }
  return { IsComplete: false };
}

/** Complete without a run when the stream got no record that a run has not read. */
async function startLastDrain(situation: Situation): Promise<PollResult> {
  const { target, startedAt, now, runs } = situation;
  const since = lastSuccess(runs)?.startedOn ?? new Date(now.getTime() - LONGEST_RETENTION_MS);
  const quiet = await quietUntil(cloudWatch, target.StreamName, since, now);
  if (!quiet) return { IsComplete: now.getTime() - startedAt.getTime() >= METRICS_DELAY_MS };
  try {
    await glue.send(new StartJobRunCommand({
      JobName: target.JobName,
      Arguments: { ...LAST_DRAIN_ARGUMENTS, ...readUntilArgument(quiet) },
      ExecutionClass: 'STANDARD', // spare capacity may come too late
      Timeout: Math.ceil(lastDrainSeconds(target) / 60),
    }));
  } catch (error) {
    const { name, message } = error as Error;
    if (isTransient(error)) throw error;
    if (name !== 'ConcurrentRunsExceededException') return giveUp(target, describeLastDrain(situation, message));
  }
  return { IsComplete: false };
}

/** Undefined for a job that no longer exists or that belongs to another stack by now. */
async function tagsOf({ JobArn, Stack }: DrainProperties): Promise<Record<string, string> | undefined> {
  try {
    const { Tags } = await glue.send(new GetTagsCommand({ ResourceArn: JobArn }));
    return Tags?.[STACK_TAG] === Stack ? Tags : undefined;
  } catch (error) {
    if ((error as Error).name === 'EntityNotFoundException') return undefined;
    throw error;
  }
}
