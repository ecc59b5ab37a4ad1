import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  BatchStopJobRunCommand, GetJobCommand, GetTagsCommand, GlueClient, StartJobRunCommand,
} from '@aws-sdk/client-glue';
import { isActive, listRuns, LONGEST_RUN_MS } from './job-runs';
import { Decision, decide, isFailure, Observation, secondsSinceSuccess } from './keeper';
import { quietUntil, readUntilArgument } from './stream-records';

/** Sent by the rule for checks, by the schedule's rule, or by the rule for `Glue Job State Change`. */
export interface KeeperEvent {
  readonly trigger: Observation['trigger'];
  readonly state?: string;
}

type ActionTaken = Decision['action'] | 'started' | 'alreadyRunning' | 'refused' | 'nothingToRead';

/** Errors that do not count as starts: quotas, or an account that Glue does not serve yet. */
const REFUSALS = new Set([
  'ResourceNumberLimitExceededException', 'AccessDeniedException', 'ThrottlingException', 'OperationTimeoutException',
]);

// Few attempts: a call must end long before Lambda ends it, and the next one comes within a minute.
const glue = new GlueClient({ retryMode: 'adaptive', maxAttempts: 4 });
const cloudWatch = new CloudWatchClient({ retryMode: 'adaptive', maxAttempts: 2 });

export async function handler(event: KeeperEvent): Promise<void> {
  const jobName = variable('JOB_NAME');
  const seen = await observe(jobName, event);
  const decision = decide(seen);
  const actionTaken = await act(jobName, decision, seen.now);
  report(jobName, {
    RunActive: seen.activeRuns.length > 0 || isRunning(actionTaken) ? 1 : 0,
    RunStarts: actionTaken === 'started' ? 1 : 0,
    RunFailures: event.trigger === 'runEnded' && isFailure(event.state ?? '') ? 1 : 0,
    StartsRefused: actionTaken === 'refused' ? 1 : 0,
    BreakerOpen: actionTaken === 'break' ? 1 : 0,
    // A job with nothing to read does as well as one that has just read everything.
    SecondsSinceSuccess: actionTaken === 'nothingToRead' ? 0 : secondsSinceSuccess(seen),
  }, { decision, actionTaken });
}

async function observe(jobName: string, { trigger }: KeeperEvent): Promise<Observation> {
  const now = new Date();
  const [{ Job: job }, { Tags: tags = {} }, runs] = await Promise.all([
    glue.send(new GetJobCommand({ JobName: jobName })),
    glue.send(new GetTagsCommand({ ResourceArn: variable('JOB_ARN') })),
    listRuns(glue, jobName, new Date(now.getTime() - LONGEST_RUN_MS)),
  ]);
  const longestGap = process.env.LONGEST_GAP_SECONDS;
  return {
    now,
    trigger,
    continuous: variable('CONTINUOUS') === 'true',
    longestGapMs: longestGap ? Number(longestGap) * 1000 : undefined,
    tags,
    jobCreatedOn: job?.CreatedOn,
    jobModifiedOn: job?.LastModifiedOn,
    activeRuns: runs.filter(isActive),
    endedRuns: runs.filter(run => !isActive(run)),
  };
}

function isRunning(actionTaken: ActionTaken): boolean {
  return actionTaken === 'started' || actionTaken === 'alreadyRunning';
}

async function act(jobName: string, decision: Decision, now: Date): Promise<ActionTaken> {
  if (decision.action === 'stop') {
    await glue.send(new BatchStopJobRunCommand({ JobName: jobName, JobRunIds: decision.runIds }));
  }
  if (decision.action !== 'start') return decision.action;
  if (!decision.ifRecordsSince) return start(jobName);
  const quiet = await quietTime(decision.ifRecordsSince, now);
  return quiet ? start(jobName, readUntilArgument(quiet)) : 'nothingToRead';
}

/** Without metrics the job runs, which costs a little and loses nothing. */
async function quietTime(since: Date, now: Date): Promise<Date | undefined> {
  try {
    return await quietUntil(cloudWatch, variable('STREAM_NAME'), since, now);
  } catch (error) {
    warn("the stream's metrics cannot be read, so the job runs in any case", error as Error);
    return since;
  }
}

async function start(jobName: string, args?: Record<string, string>): Promise<ActionTaken> {
  try {
    await glue.send(new StartJobRunCommand({ JobName: jobName, Arguments: args }));
    return 'started';
  } catch (error) {
    const { name } = error as Error;
    if (name === 'ConcurrentRunsExceededException') return 'alreadyRunning';
    if (!REFUSALS.has(name)) throw error;
    warn('Glue refused to start the job; trying again at the next call', error as Error);
    return 'refused';
  }
}

function warn(message: string, { name, message: detail }: Error): void {
  console.log(JSON.stringify({ level: 'warn', message, error: name, detail }));
}

/** Writes a log line in the embedded metric format, of which CloudWatch makes metrics. */
function report(jobName: string, metrics: Record<string, number>, details: Record<string, unknown>): void {
  console.log(JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{
        Namespace: variable('METRICS_NAMESPACE'),
        Dimensions: [['JobName']],
        Metrics: Object.keys(metrics).map(name => ({ Name: name, Unit: /^Seconds/.test(name) ? 'Seconds' : 'Count' })),
      }],
    },
    JobName: jobName,
    ...metrics,
    ...details,
  }));
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is missing`);
  return value;
}
