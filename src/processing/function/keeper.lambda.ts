import {
  BatchStopJobRunCommand, GetJobCommand, GetTagsCommand, GlueClient, StartJobRunCommand,
} from '@aws-sdk/client-glue';
import { isActive, listRuns, LONGEST_RUN_MS } from './job-runs';
import { Decision, decide, isFailure } from './keeper';

/** Sent by the schedule's rule, or by the rule for `Glue Job State Change`. */
export interface KeeperEvent {
  readonly trigger: 'schedule' | 'runEnded';
  readonly state?: string;
}

type ActionTaken = Decision['action'] | 'started' | 'alreadyRunning' | 'refused';

/** Errors that do not count as starts: quotas, or an account that Glue does not serve yet. */
const REFUSALS = new Set([
  'ResourceNumberLimitExceededException', 'AccessDeniedException', 'ThrottlingException', 'OperationTimeoutException',
]);

const glue = new GlueClient({ retryMode: 'adaptive', maxAttempts: 6 });

export async function handler(event: KeeperEvent): Promise<void> {
  const jobName = variable('JOB_NAME');
  const now = new Date();
  const [{ Job: job }, { Tags: tags = {} }, runs] = await Promise.all([
    glue.send(new GetJobCommand({ JobName: jobName })),
    glue.send(new GetTagsCommand({ ResourceArn: variable('JOB_ARN') })),
    listRuns(glue, jobName, new Date(now.getTime() - LONGEST_RUN_MS)),
  ]);
  const activeRuns = runs.filter(isActive);
  const decision = decide({
    now,
    trigger: event.trigger,
    continuous: variable('CONTINUOUS') === 'true',
    tags,
    jobModifiedOn: job?.LastModifiedOn,
    activeRuns,
    endedRuns: runs.filter(run => !isActive(run)),
  });
  const actionTaken = await act(jobName, decision);
  report(jobName, {
    RunActive: activeRuns.length > 0 || isRunning(actionTaken) ? 1 : 0,
    RunStarts: actionTaken === 'started' ? 1 : 0,
    RunFailures: event.trigger === 'runEnded' && isFailure(event.state ?? '') ? 1 : 0,
    StartsRefused: actionTaken === 'refused' ? 1 : 0,
    BreakerOpen: actionTaken === 'break' ? 1 : 0,
  }, { decision, actionTaken });
}

function isRunning(actionTaken: ActionTaken): boolean {
  return actionTaken === 'started' || actionTaken === 'alreadyRunning';
}

async function act(jobName: string, decision: Decision): Promise<ActionTaken> {
  if (decision.action === 'stop') {
    await glue.send(new BatchStopJobRunCommand({ JobName: jobName, JobRunIds: decision.runIds }));
  }
  return decision.action === 'start' ? start(jobName) : decision.action;
}

async function start(jobName: string): Promise<ActionTaken> {
  try {
    await glue.send(new StartJobRunCommand({ JobName: jobName }));
    return 'started';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ConcurrentRunsExceededException') return 'alreadyRunning';
    if (!REFUSALS.has(name)) throw error;
    console.log(JSON.stringify({
      level: 'warn',
      message: 'Glue refused to start the job; trying again at the next call',
      error: name,
      detail: message,
    }));
    return 'refused';
  }
}

/** Writes a log line in the embedded metric format, of which CloudWatch makes metrics. */
function report(jobName: string, metrics: Record<string, number>, details: Record<string, unknown>): void {
  console.log(JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{
        Namespace: variable('METRICS_NAMESPACE'),
        Dimensions: [['JobName']],
        Metrics: Object.keys(metrics).map(name => ({ Name: name, Unit: 'Count' })),
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
