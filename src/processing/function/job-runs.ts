import { GetJobRunsCommand, GlueClient } from '@aws-sdk/client-glue';

/** A run of the job, as Glue describes it. */
export interface JobRun {
  readonly id: string;
  readonly state: string;
  readonly startedOn?: Date;
  readonly completedOn?: Date;
  /** Arguments that replace the job's own in this run. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly error?: string;
}

/**
 * States that a run does not leave.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
 */
const TERMINAL_STATES = new Set(['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR', 'EXPIRED']);

/** Glue ends every run within this time, so an older one cannot be active. */
export const LONGEST_RUN_MS = 7 * 24 * 3_600_000;

export function isActive(run: JobRun): boolean {
  return !TERMINAL_STATES.has(run.state);
}

/** The run that started last of those that succeeded. */
export function lastSuccess(runs: readonly JobRun[]): JobRun | undefined {
  return runs
    .filter(run => run.state === 'SUCCEEDED' && run.startedOn)
    .sort((one, other) => other.startedOn!.getTime() - one.startedOn!.getTime())[0];
}

/**
 * Lists the job's runs page by page, until a page holds only runs that started before `since`. Glue lists the newest
 * runs first.
 */
export async function listRuns(glue: GlueClient, jobName: string, since: Date): Promise<JobRun[]> {
  const runs: JobRun[] = [];
  let token: string | undefined;
  do {
    const page = await glue.send(new GetJobRunsCommand({ JobName: jobName, NextToken: token, MaxResults: 200 }));
    const found = (page.JobRuns ?? []).map(run => ({
      id: run.Id ?? '',
      state: run.JobRunState ?? '',
      startedOn: run.StartedOn,
      completedOn: run.CompletedOn,
      arguments: run.Arguments,
      error: run.ErrorMessage,
    }));
    runs.push(...found);
    const old = found.length > 0 && found.every(run => run.startedOn && run.startedOn < since);
    token = old ? undefined : page.NextToken;
  } while (token);
  return runs;
}
