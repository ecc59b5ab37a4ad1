import {
  BatchStopJobRunCommand, GetTagsCommand, GlueClient, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-glue';
import {
  giveUp, isTimeUp, isTransient, LifecycleEvent, LifecycleResult, PollEvent, PollResult,
} from './delete-request';
import { describeActiveRuns, drainId, DrainProperties, runsToStop } from './drain';
import { DRAINING_TAG, STACK_TAG } from '../../contract/tags';
import { isActive, JobRun, listRuns } from '../../processing/function/job-runs';

const glue = new GlueClient({ retryMode: 'adaptive', maxAttempts: 10 });

/** Tags the job when a deletion begins, so that the keeper does not start it. A create or update removes the tag. */
export async function onEvent(event: LifecycleEvent<DrainProperties>): Promise<LifecycleResult> {
  const { RequestType, PhysicalResourceId, ResourceProperties: target } = event;
  if (RequestType === 'Delete') {
    const StartedAt = new Date().toISOString();
    if (await isOurs(target)) {
      await glue.send(new TagResourceCommand({ ResourceArn: target.JobArn, TagsToAdd: { [DRAINING_TAG]: StartedAt } }));
    }
    return { PhysicalResourceId: PhysicalResourceId ?? drainId(target), StartedAt };
  }
  if (await isOurs(target)) {
    await glue.send(new UntagResourceCommand({ ResourceArn: target.JobArn, TagsToRemove: [DRAINING_TAG] }));
  }
  return { PhysicalResourceId: drainId(target) };
}

export async function isComplete(event: PollEvent<DrainProperties>): Promise<PollResult> {
  if (event.RequestType !== 'Delete') return { IsComplete: true };
  try {
    return await drain(event);
  } catch (error) {
    if (!isTransient(error) || isTimeUp(event, new Date())) throw error;
    return { IsComplete: false };
  }
}

async function drain(event: PollEvent<DrainProperties>): Promise<PollResult> {
  const target = event.ResourceProperties;
  if (!await isOurs(target)) return { IsComplete: true };
  // A retry appears as a new run after its predecessor has ended, so the job is idle only after two empty passes.
  const active = await activeRuns(target.JobName);
  if (active.length === 0 && (await activeRuns(target.JobName)).length === 0) return { IsComplete: true };
  if (isTimeUp(event, new Date())) return giveUp(target, describeActiveRuns(target, active));
  for (const JobRunIds of runsToStop(active)) {
    // Its per-run errors (a run that ended meanwhile) need no handling: the next poll looks again.
    await glue.send(new BatchStopJobRunCommand({ JobName: target.JobName, JobRunIds }));
  }
  return { IsComplete: false };
}

async function activeRuns(jobName: string): Promise<JobRun[]> {
  return (await listRuns(glue, jobName)).filter(isActive);
}

/** False for a job that no longer exists or that belongs to another stack by now. */
async function isOurs({ JobArn, Stack }: DrainProperties): Promise<boolean> {
  try {
    const { Tags } = await glue.send(new GetTagsCommand({ ResourceArn: JobArn }));
    return Tags?.[STACK_TAG] === Stack;
  } catch (error) {
    if ((error as Error).name === 'EntityNotFoundException') return false;
    throw error;
  }
}
